import { type RefObject, useEffect, useRef } from "react";

/** What had the focus last outside of menus and dialogs: the item of a menu is gone by the time its dialog ends. */
let outside: HTMLElement | null = null;

document.addEventListener("focusin", ({ target }) => {
  if (target instanceof HTMLElement && !target.closest('[role="menu"], [role="dialog"]')) outside = target;
});

const FIELD =
  "input:not([disabled]):not([type=checkbox]), textarea:not([disabled]), [role=combobox]:not([aria-disabled=true])";

interface DialogFocus {
  body: RefObject<HTMLDivElement | null>;
  footer: RefObject<HTMLSpanElement | null>;
}

/**
 * The focus of a dialog: on opening its first field, where it has none the first button of its footer (the one that
 * changes nothing); on closing what opened it. The dialog itself would begin with the cross in its corner.
 */
export function useDialogFocus(): DialogFocus {
  const body = useRef<HTMLDivElement>(null);
  const footer = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const opener = outside;
    const timer = setTimeout(() => {
      const first = body.current?.querySelector<HTMLElement>(FIELD);
      (first ?? footer.current?.querySelector<HTMLElement>("button"))?.focus();
    });
    return () => {
      clearTimeout(timer);
      // After the dialog has given the focus back to what it knew; nothing may have it by then.
      setTimeout(() => {
        if (document.activeElement === document.body && opener?.isConnected) {
          // The page stays where it is: it would move under the notice that tells what was done.
          opener.focus({ preventScroll: true });
        }
      });
    };
  }, []);
  return { body, footer };
}
