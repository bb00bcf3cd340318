import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import type { ConfigType } from "~/contract/types";
import { choicesOf } from "./configValue";
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
  const choices = props.type === "boolean" ? ["true", "false"] : choicesOf(props.valid);
  if (props.type !== "list" && choices.length > 1)
    return (
      <Select
        selectedOption={props.value === "" ? null : { value: props.value }}
        options={choices.map((value) => ({ value }))}
        ariaLabel={props.name}
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
