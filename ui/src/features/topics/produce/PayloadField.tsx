import FormField from "@cloudscape-design/components/form-field";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Textarea from "@cloudscape-design/components/textarea";
import { useT } from "~/shared/text";
import type { Encoding } from "./draft";
import { texts } from "./texts";

interface PayloadFieldProps {
  label: string;
  hint?: string;
  rows: number;
  data: string;
  encoding: Encoding;
  problem: string | undefined;
  warning?: string | undefined;
  disabled?: boolean;
  onData: (data: string) => void;
  onEncoding: (encoding: Encoding) => void;
  onBlur: () => void;
}

const ENCODINGS: Encoding[] = ["text", "json", "hex", "base64"];

/** Bytes to be, in the encoding they are typed in. */
export function PayloadField(props: PayloadFieldProps) {
  const t = useT();
  return (
    <div className="weir-payload">
      <FormField
        stretch
        label={props.label}
        description={props.hint}
        errorText={props.problem}
        warningText={props.warning}
      >
        <Textarea
          value={props.data}
          rows={props.rows}
          spellcheck={false}
          disabled={props.disabled ?? false}
          invalid={props.problem !== undefined}
          onChange={({ detail }) => props.onData(detail.value)}
          onBlur={props.onBlur}
        />
      </FormField>
      <div className="weir-payload-format">
        <SegmentedControl
          label={`${props.label}: ${t(texts.format)}`}
          selectedId={props.encoding}
          options={ENCODINGS.map((id) => ({ id, text: t(texts[id]), disabled: props.disabled ?? false }))}
          onChange={({ detail }) => props.onEncoding(detail.selectedId as Encoding)}
        />
      </div>
    </div>
  );
}
