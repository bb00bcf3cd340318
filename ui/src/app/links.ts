import { useEffect } from "react";
import { useNavigate } from "react-router";
import { usePlatform } from "~/platform";

function anchorOf(event: MouseEvent): HTMLAnchorElement | null {
  return event.target instanceof Element ? event.target.closest("a[href]") : null;
}

/** Plain clicks on addresses of ours stay in the page; https links go through the host; nothing else leaves. */
export function useInternalLinks(): void {
  const navigate = useNavigate();
  const platform = usePlatform();
  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const href = anchorOf(event)?.getAttribute("href");
      if (!href || href.startsWith("#")) return;
      event.preventDefault();
      if (href.startsWith("/")) navigate(href);
      else if (href.startsWith("https://")) platform.openLink(href);
    };
    document.addEventListener("click", onClick);
    return () => document.removeEventListener("click", onClick);
  }, [navigate, platform]);
}
