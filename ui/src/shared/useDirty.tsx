import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useBlocker } from "react-router";
import { Dialog } from "./Dialog";
import { defineTexts, useT } from "./text";

const texts = defineTexts({
  title: { en: "Leave without saving?", ko: "저장하지 않고 나갈까요?" },
  body: { en: "What you entered on this page will be lost.", ko: "이 페이지에 입력한 내용이 사라집니다." },
  leave: { en: "Leave", ko: "나가기" },
  stay: { en: "Stay", ko: "머무르기" },
});

/** Forms of this window that would lose something now: the question at its end names them too. */
let dirtyForms = 0;
const listeners = new Set<() => void>();

function countDirty(by: 1 | -1): void {
  dirtyForms += by;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether some form of this window would lose something now. */
export function useUnsaved(): boolean {
  return useSyncExternalStore(subscribe, () => dirtyForms > 0);
}

export interface Leaving {
  /** Called just before the navigation that follows a success, which must not ask. */
  allow: () => void;
  /** Leaves in place (Cancel of an edit on the same page): asks first when something would be lost. */
  leave: (run: () => void) => void;
  question: React.ReactNode;
}

/** A dirty form asks once: on links, Cancel and window close. A clean one never does. */
export function useDirty(dirty: boolean): Leaving {
  const t = useT();
  const allowed = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      dirty && !allowed.current && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!dirty) return;
    const onUnload = (event: BeforeUnloadEvent) => {
      if (!allowed.current) event.preventDefault();
    };
    countDirty(1);
    window.addEventListener("beforeunload", onUnload);
    return () => {
      countDirty(-1);
      window.removeEventListener("beforeunload", onUnload);
    };
  }, [dirty]);
  const [inPlace, setInPlace] = useState<(() => void) | null>(null);
  const stay = () => {
    setInPlace(null);
    blocker.reset?.();
  };
  const go = () => {
    inPlace?.();
    setInPlace(null);
    blocker.proceed?.();
  };
  const question =
    blocker.state === "blocked" || inPlace ? (
      <Dialog
        title={t(texts.title)}
        action={t(texts.leave)}
        cancel={t(texts.stay)}
        onSubmit={go}
        onDismiss={stay}
      >
        {t(texts.body)}
      </Dialog>
    ) : null;
  return {
    allow: () => {
      allowed.current = true;
    },
    leave: (run) => (dirty ? setInPlace(() => run) : run()),
    question,
  };
}
