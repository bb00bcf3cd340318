import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import type { ConfigType } from "~/contract/types";
import { optionsOf } from "./configValue";
import { useTyped } from "./useTyped";

interface ConfigInputProps {
  name: string;
  type: ConfigType;
  valid: string | null;
  value: string;
  invalid: boolean;
  onChange: (value: string) => void;
  onBlur?: () => void;
}

/** The control that fits a configuration's type: a choice where there are few, else a field. */
export function ConfigInput(props: ConfigInputProps) {
  const offered = optionsOf(props.type, props.valid);
  // Written in another order, or by a newer Kafka: what is set can be kept.
  const choices = props.value === "" || offered.includes(props.value) ? offered : [...offered, props.value];
  if (offered.length > 1)
    return (
      <Select
        selectedOption={props.value === "" ? null : { value: props.value }}
        options={choices.map((value) => ({ value }))}
        ariaLabel={props.name}
        expandToViewport
        invalid={props.invalid}
        onChange={({ detail }) => props.onChange(detail.selectedOption.value ?? "")}
      />
    );
  return <TypedInput {...props} />;
}

/** Tables draw their cells later than keys are pressed: the field keeps the letters itself. */
function TypedInput(props: ConfigInputProps) {
  const [text, type] = useTyped(props.value, props.onChange);
  return (
    <Input
      value={text}
      ariaLabel={props.name}
      invalid={props.invalid}
      spellcheck={false}
      onChange={({ detail }) => type(detail.value)}
      {...(props.onBlur ? { onBlur: props.onBlur } : {})}
    />
  );
}
