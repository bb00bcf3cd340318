import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import type { TopicDetail } from "~/contract/types";
import { parseTime } from "~/shared/parseTime";
import { type Message, useT } from "~/shared/text";
import { useZone, useZoneName } from "~/shared/time";
import { useTyped } from "~/shared/useTyped";
import { type MessagesQuery, wholeOffset } from "./query";
import { texts } from "./texts";

/** In the order of the list; an object would put the numbers first. */
const FROM: [MessagesQuery["from"], Message][] = [
  ["newest", texts.newest],
  ["earliest", texts.earliest],
  ["15", texts.ago15],
  ["60", texts.ago60],
  ["1440", texts.ago1440],
  ["offset", texts.offset],
  ["time", texts.time],
];
const SETTLE_MS = 350;

interface TypedProps {
  label: string;
  value: string;
  placeholder: string;
  problem: (text: string) => string | null;
  onChange: (value: string) => void;
  search?: boolean;
}

/** Typing is this field's alone; what it settles on goes to the address. */
function Typed(props: TypedProps) {
  const [text, change] = useTyped(props.value, props.onChange, SETTLE_MS);
  const problem = text === "" ? null : props.problem(text);
  return (
    <FormField stretch errorText={problem}>
      <Input
        type={props.search ? "search" : "text"}
        value={text}
        ariaLabel={props.label}
        placeholder={props.placeholder}
        invalid={problem !== null}
        spellcheck={false}
        onChange={({ detail }) => change(detail.value)}
      />
    </FormField>
  );
}

interface ControlsProps {
  topic: TopicDetail;
  query: MessagesQuery;
  onPatch: (changes: Record<string, string | null>) => void;
}

export function Controls({ topic, query, onPatch }: ControlsProps) {
  const t = useT();
  const zone = useZone();
  const zoneText = useZoneName();
  const partitions = [
    { value: "", label: t(texts.allPartitions) },
    ...Array.from({ length: topic.partitions }, (_, n) => ({
      value: String(n),
      label: t(texts.partitionN, { n }),
    })),
  ];
  const starts = FROM.map(([value, text]) => ({ value, label: t(text) }));
  const chosen = partitions.find((each) => each.value === String(query.partition ?? "")) ?? null;
  return (
    <div className="weir-controls">
      <SegmentedControl
        label={t(texts.mode)}
        selectedId={query.live ? "live" : "search"}
        options={[
          { id: "search", text: t(texts.search) },
          { id: "live", text: t(texts.live) },
        ]}
        onChange={({ detail }) => onPatch({ live: detail.selectedId === "live" ? "1" : null })}
      />
      {query.live ? null : (
        <div className="weir-control-from">
          <Select
            ariaLabel={t(texts.from)}
            selectedOption={starts.find((each) => each.value === query.from) ?? null}
            options={starts}
            onChange={({ detail }) => onPatch({ from: detail.selectedOption.value ?? null })}
          />
        </div>
      )}
      {!query.live && query.from === "offset" ? (
        <div className="weir-control-typed">
          <Typed
            label={t(texts.offsetLabel)}
            placeholder="0"
            value={query.offset}
            problem={(text) => (wholeOffset(text) === null ? t(texts.offsetBad) : null)}
            onChange={(offset) => onPatch({ offset })}
          />
        </div>
      ) : null}
      {!query.live && query.from === "time" ? (
        <div className="weir-control-typed">
          <Typed
            label={t(texts.timeLabel, { zone: zoneText })}
            placeholder="2026-11-23 10:15:02"
            value={query.time}
            problem={(text) => (parseTime(text, zone) === null ? t(texts.timeBad) : null)}
            onChange={(time) => onPatch({ time })}
          />
        </div>
      ) : null}
      <div className="weir-control-partition">
        <Select
          ariaLabel={t(texts.partition)}
          filteringType={topic.partitions > 12 ? "auto" : "none"}
          selectedOption={chosen}
          options={partitions}
          onChange={({ detail }) => onPatch({ p: detail.selectedOption.value ?? null })}
        />
      </div>
      <div className="weir-control-contains" data-weir-filter>
        <Typed
          search
          label={t(texts.contains)}
          placeholder={t(texts.containsHint)}
          value={query.contains}
          problem={() => null}
          onChange={(q) => onPatch({ q })}
        />
      </div>
    </div>
  );
}
