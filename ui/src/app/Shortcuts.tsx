import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Modal from "@cloudscape-design/components/modal";
import { useEffect, useRef, useState } from "react";
import { useNavigate, useParams } from "react-router";
import type { Action } from "~/shared/feature";
import { isComposing, isInMenu, isMod, isTyping, letterOf, modifier } from "~/shared/keys";
import { useSettings } from "~/shared/settings";
import { type Message, useT } from "~/shared/text";
import { actions } from "./features";
import { texts } from "./texts";

/** How long `g` waits for its second letter. */
const SECOND_KEY_MS = 1200;
/** In the order of the navigation. */
const GO_ORDER = "ctgbo";
const go = actions
  .filter((action) => action.keys?.startsWith("g "))
  .sort((a, b) => GO_ORDER.indexOf(a.keys?.[2] ?? "") - GO_ORDER.indexOf(b.keys?.[2] ?? ""));

function usable(action: Action, params: Record<string, string | undefined>): boolean {
  return action.needs.every((need) => params[need] !== undefined);
}

function focusFilter(): boolean {
  const input = document.querySelector<HTMLInputElement>("[data-weir-filter] input");
  input?.focus();
  input?.select();
  return input !== null;
}

interface ShortcutsProps {
  onPalette: () => void;
  onActivity: () => void;
}

export function Shortcuts(props: ShortcutsProps) {
  const navigate = useNavigate();
  const params = useParams();
  const { letter_keys: letters } = useSettings();
  const [help, setHelp] = useState(false);
  const asked = useRef(false);
  const pending = useRef(0);

  useEffect(() => {
    const open = () => setHelp(true);
    window.addEventListener("weir:shortcuts", open);
    return () => window.removeEventListener("weir:shortcuts", open);
  }, []);

  useEffect(() => {
    const onMod = (event: KeyboardEvent): boolean => {
      if (letterOf(event).toLowerCase() === "k") props.onPalette();
      else if (event.key === ",") navigate("/settings");
      else return false;
      return true;
    };
    const onAlt = (event: KeyboardEvent): boolean => {
      // Browsers do this by themselves; WebKitGTK's view in the window does not.
      if (event.key === "ArrowLeft") navigate(-1);
      else if (event.key === "ArrowRight") navigate(1);
      else return false;
      return true;
    };
    const onLetter = (event: KeyboardEvent): boolean => {
      const key = letterOf(event);
      if (Date.now() < pending.current) {
        pending.current = 0;
        const action = go.find((each) => each.keys === `g ${key}` && usable(each, params));
        if (action) navigate(action.href(params));
        return action !== undefined;
      }
      if (key === "g") pending.current = Date.now() + SECOND_KEY_MS;
      else if (key === "?") setHelp(true);
      else if (key === "/") return focusFilter();
      else if (key === "a") props.onActivity();
      else return false;
      return true;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isComposing(event)) return;
      // Closed modals stay in the page, without a box.
      const dialog = [...document.querySelectorAll("[role=dialog]")].some(
        (node) => node.getClientRects().length > 0,
      );
      const handled = isMod(event)
        ? onMod(event)
        : event.altKey && !isTyping(event)
          ? onAlt(event)
          : letters && !event.altKey && !isTyping(event) && !isInMenu(event) && !dialog && onLetter(event);
      if (handled) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate, params, letters, props.onPalette, props.onActivity]);

  // Who never asks for it does not pay for it; once shown it stays, so that closing it gives the focus back.
  if (help) asked.current = true;
  return asked.current ? <ShortcutsHelp visible={help} onDismiss={() => setHelp(false)} /> : null;
}

function Rows(props: { title: Message; rows: [keys: string, text: Message][] }) {
  const t = useT();
  return (
    <div>
      <Box variant="h3" margin={{ bottom: "xs" }}>
        {t(props.title)}
      </Box>
      <dl className="weir-keys">
        {props.rows.map(([keys, text]) => (
          <div key={keys}>
            <dt>{t(text)}</dt>
            <dd>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function ShortcutsHelp(props: { visible: boolean; onDismiss: () => void }) {
  const t = useT();
  const mod = modifier();
  return (
    <Modal
      visible={props.visible}
      onDismiss={props.onDismiss}
      closeAriaLabel={t(texts.close)}
      header={t(texts.keysTitle)}
      size="large"
      footer={<Box color="text-body-secondary">{t(texts.keyLetters)}</Box>}
    >
      <ColumnLayout columns={3} variant="text-grid">
        <Rows
          title={texts.keysAnywhere}
          rows={[
            [`${mod} K`, texts.keyPalette],
            ["/", texts.keyFilter],
            ["a", texts.keyActivity],
            [`${mod} ,`, texts.keySettings],
            [`${mod} Enter`, texts.keySubmit],
            ["Alt ← →", texts.keyBack],
            ["F6", texts.keyRegions],
            ["Esc", texts.keyClose],
            ["?", texts.keyHelp],
          ]}
        />
        <Rows title={texts.keysGo} rows={go.map((action) => [action.keys ?? "", action.text])} />
        <Rows
          title={texts.keysTables}
          rows={[
            ["↑ ↓ ← →", texts.keyMove],
            ["Space", texts.keyPeek],
            ["x", texts.keySelect],
            ["Enter", texts.keyOpen],
            ["[ ]", texts.keyPrevNext],
          ]}
        />
      </ColumnLayout>
    </Modal>
  );
}
