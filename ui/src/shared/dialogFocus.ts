import { type RefObject, useEffect, useRef, useState } from "react";

/** What had the focus last outside of menus and dialogs: the item of a menu is gone by the time its dialog ends. */
let outside: HTMLElement | null = null;

document.addEventListener("focusin", ({ target }) => {
  if (target instanceof HTMLElement && !target.closest('[role="menu"], [role="dialog"]')) outside = target;
});

const FIELD =
  "input:not([disabled]):not([type=checkbox]), textarea:not([disabled]), [role=combobox]:not([aria-disabled=true])";

interface DialogFocus {
  body: RefObject<HTMLDivElement | null>;
  footer: (node: HTMLSpanElement | null) => void;
}

/**
 * The focus of a dialog: on opening its first field, where it has none the first button of its footer (the one that
 * changes nothing; with `act` the last, which is what the dialog is for); on closing what opened it. The dialog itself
 * would begin with the cross in its corner.
 */
export function useDialogFocus(act: boolean): DialogFocus {
  const body = useRef<HTMLDivElement>(null);
  // Comes into the page later than what renders the dialog, which is a portal.
  const [footer, setFooter] = useState<HTMLSpanElement | null>(null);
  useEffect(() => {
    if (!footer) return;
    const timer = setTimeout(() => {
      const first = body.current?.querySelector<HTMLElement>(FIELD);
      const buttons = [...footer.querySelectorAll<HTMLElement>("button")];
      (first ?? buttons.at(act ? -1 : 0))?.focus();
    });
    return () => clearTimeout(timer);
  }, [footer, act]);
  useEffect(() => {
    const opener = outside;
    return () => {
      // After the dialog has given the focus back to what it knew; nothing may have it by then.
      setTimeout(() => {
        if (document.activeElement === document.body && opener?.isConnected) {
          // The page stays where it is: it would move under the notice that tells what was done.
          opener.focus({ preventScroll: true });
        }
      });
    };
  }, []);
  return { body, footer: setFooter };
}
