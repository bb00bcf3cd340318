import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** Of more topics than these a name is typed to find one. */
const FIND_FROM = 9;

interface TopicsFieldProps {
  topics: string[];
  chosen: string[];
  /** What none means. */
  placeholder: string;
  onChange: (chosen: string[]) => void;
}

/** The group's topics that a change of its offsets is about. */
export function TopicsField({ topics, chosen, placeholder, onChange }: TopicsFieldProps) {
  const t = useT();
  return (
    <FormField label={t(texts.topics)}>
      <Multiselect
        selectedOptions={chosen.map((value) => ({ value, label: value }))}
        options={topics.map((value) => ({ value, label: value }))}
        placeholder={placeholder}
        filteringType={topics.length < FIND_FROM ? "none" : "auto"}
        onChange={({ detail }) => onChange(detail.selectedOptions.flatMap((each) => each.value ?? []))}
      />
    </FormField>
  );
}
