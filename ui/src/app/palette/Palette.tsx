import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useDeferredValue, useEffect, useRef, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { usePlatform } from "~/platform";
import { type AskedCommand, AskFirst, asksFirst } from "~/shared/AskFirst";
import { tag, useCall } from "~/shared/api";
import { isComposing } from "~/shared/keys";
import { useT } from "~/shared/text";
import { type ClusterCommand, useRunOnCluster } from "~/shared/useClusterCommand";
import { lastCluster } from "../lastCluster";
import { texts } from "../texts";
import { actionEntries, type Entry, foundEntries, recentEntries, rememberEntry } from "./entries";

const FOUND_MAX = 12;

function useEntries(query: string): Entry[] {
  const t = useT();
  const platform = usePlatform();
  const open = useParams();
  // What names no cluster means the one that was open last.
  const params = { ...open, cluster: open.cluster ?? lastCluster() ?? undefined };
  const cluster = useCall(
    "clusters.get",
    { cluster: params.cluster ?? "" },
    { tags: [tag.cluster(params.cluster ?? "")], enabled: params.cluster !== undefined },
  ).data;
  // A cluster that is gone by now was open last: then none is.
  const known = cluster || open.cluster ? params : open;
  const args = { query, cluster: open.cluster ?? null, limit: FOUND_MAX };
  const found = useQuery({
    queryKey: ["palette.search", args],
    queryFn: ({ signal }) => platform.call("palette.search", args, signal),
    placeholderData: (previous) => previous,
    enabled: query !== "",
  });
  const recent = query === "" ? recentEntries() : [];
  const rows = query === "" ? [] : (found.data?.rows ?? []);
  return [
    ...recent,
    ...foundEntries(rows),
    ...actionEntries(t, query, known, cluster, open.cluster === undefined),
  ];
}

interface ListProps {
  entries: Entry[];
  active: number;
  onActive: (index: number) => void;
  onOpen: (entry: Entry) => void;
}

function PaletteList(props: ListProps) {
  const t = useT();
  const groups = [...new Set(props.entries.map((entry) => entry.group))];
  return (
    <div
      className="weir-palette-list"
      role="listbox"
      id="weir-palette-list"
      aria-label={t(texts.paletteTitle)}
    >
      {groups.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options inside a listbox has no element of its own.
        <div role="group" aria-label={t(group)} key={group.en}>
          <div className="weir-palette-group" aria-hidden="true">
            {t(group)}
          </div>
          {props.entries.map((entry, index) =>
            entry.group === group ? (
              <PaletteOption
                key={entry.id}
                entry={entry}
                active={index === props.active}
                id={`weir-palette-${index}`}
                onHover={() => props.onActive(index)}
                onOpen={() => props.onOpen(entry)}
              />
            ) : null,
          )}
        </div>
      ))}
    </div>
  );
}

interface OptionProps {
  entry: Entry;
  active: boolean;
  id: string;
  onHover: () => void;
  onOpen: () => void;
}

function PaletteOption({ entry, active, id, onHover, onOpen }: OptionProps) {
  const node = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) node.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input keeps the focus and handles the keys (combobox).
    <div
      ref={node}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      aria-disabled={entry.disabled !== null}
      className="weir-palette-option"
      onMouseMove={onHover}
      onClick={onOpen}
    >
      <span>{entry.text}</span>
      <span className="weir-palette-detail">{entry.disabled ?? entry.detail}</span>
    </div>
  );
}

interface DialogProps {
  onDismiss: () => void;
  onRun: (command: ClusterCommand, cluster: string) => void;
}

function PaletteDialog(props: DialogProps) {
  const t = useT();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const query = useDeferredValue(text.trim());
  const entries = useEntries(query);
  const shown = Math.min(active, Math.max(0, entries.length - 1));

  const open = (entry: Entry | undefined) => {
    if (!entry || entry.disabled !== null) return;
    props.onDismiss();
    if (entry.run) return props.onRun(entry.run.command, entry.run.cluster);
    rememberEntry(entry);
    navigate(entry.href);
  };
  const move = (by: number) => {
    if (entries.length > 0) setActive((shown + by + entries.length) % entries.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") open(entries[shown]);
    else if (event.key === "Escape") props.onDismiss();
    // The input is the dialog's only stop, so Tab has nowhere to go.
    else if (event.key !== "Tab") return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="weir-palette" role="dialog" aria-modal="true" aria-label={t(texts.paletteTitle)}>
      <input
        // biome-ignore lint/a11y/noAutofocus: a dialog takes the focus when it opens.
        autoFocus
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="weir-palette-list"
        aria-activedescendant={entries.length > 0 ? `weir-palette-${shown}` : undefined}
        aria-label={t(texts.paletteTitle)}
        placeholder={t(texts.searchPlaceholder)}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      {entries.length > 0 ? (
        <PaletteList entries={entries} active={shown} onActive={setActive} onOpen={open} />
      ) : (
        <div className="weir-palette-none">{t(texts.paletteNone, { query })}</div>
      )}
      <div className="weir-palette-hint">{t(texts.paletteHint)}</div>
    </div>
  );
}

export function Palette(props: { visible: boolean; onDismiss: () => void }) {
  const before = useRef<Element | null>(null);
  const run = useRunOnCluster();
  const [asking, setAsking] = useState<{ command: AskedCommand; cluster: string } | null>(null);
  const runOrAsk = (command: ClusterCommand, cluster: string) =>
    asksFirst(command) ? setAsking({ command, cluster }) : void run(command, cluster);
  useEffect(() => {
    if (props.visible) {
      before.current = document.activeElement;
      return;
    }
    // Focus goes back to where it was, unless the chosen page has taken it.
    if (before.current instanceof HTMLElement && document.activeElement === document.body)
      before.current.focus();
  }, [props.visible]);
  if (!props.visible) return asking ? <AskFirst {...asking} onDone={() => setAsking(null)} /> : null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a click beside the dialog closes it; Escape does the same.
    <div
      className="weir-backdrop"
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) props.onDismiss();
      }}
    >
      <PaletteDialog onDismiss={props.onDismiss} onRun={runOrAsk} />
    </div>
  );
}
