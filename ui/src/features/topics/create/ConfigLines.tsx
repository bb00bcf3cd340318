import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ConfigHelp } from "~/contract/types";
import { ConfigInput } from "~/shared/ConfigInput";
import { configEcho } from "~/shared/format";
import { useT } from "~/shared/text";
import { useNewLine } from "~/shared/useNewLine";
import type { ConfigLine, Problems } from "./draft";
import { texts } from "./texts";

interface ConfigLinesProps {
  lines: ConfigLine[];
  help: ConfigHelp[];
  problems: Problems;
  onChange: (lines: ConfigLine[]) => void;
  onBlur: (line: ConfigLine) => void;
}

function echoOf(name: string, value: string): string {
  const echo = configEcho(name, value);
  return echo ? `${value} (${echo})` : value;
}

/** Configurations that differ from the default, one a line, each with its help. */
export function ConfigLines({ lines, help, problems, onChange, onBlur }: ConfigLinesProps) {
  const t = useT();
  const free = help.filter((each) => !lines.some((line) => line.name === each.name));
  const options = free.map((each) => ({ value: each.name, description: each.doc ? t.core(each.doc) : "" }));
  const patch = (id: number, change: Partial<ConfigLine>) =>
    onChange(lines.map((line) => (line.id === id ? { ...line, ...change } : line)));
  const { nextId, fieldOf } = useNewLine(lines);
  const add = () => onChange([...lines, { id: nextId(), name: "", value: "" }]);
  return (
    <SpaceBetween size="m">
      {lines.length === 0 ? (
        <Box color="text-body-secondary">{t(texts.configsNone)}</Box>
      ) : (
        <SpaceBetween size="s">
          {lines.map((line) => {
            const known = help.find((each) => each.name === line.name);
            const problem = problems[`config:${line.id}`];
            const echo = known ? configEcho(line.name, line.value) : null;
            const byDefault = known
              ? t(texts.default, { value: echoOf(line.name, known.default ?? "-") })
              : null;
            return (
              <div className="weir-config-line" key={line.id}>
                <FormField
                  label={t(texts.key)}
                  errorText={line.name === "" ? problem : undefined}
                  constraintText={known?.doc ? t.core(known.doc) : undefined}
                >
                  <Select
                    ref={fieldOf(line)}
                    invalid={line.name === "" && Boolean(problem)}
                    filteringType="auto"
                    selectedOption={line.name === "" ? null : { value: line.name }}
                    placeholder={t(texts.choose)}
                    options={options}
                    onChange={({ detail }) => {
                      const name = detail.selectedOption.value ?? "";
                      const byDefault = help.find((each) => each.name === name)?.default ?? "";
                      patch(line.id, { name, value: byDefault });
                    }}
                  />
                </FormField>
                <FormField
                  label={t(texts.value)}
                  errorText={line.name === "" ? undefined : problem}
                  constraintText={
                    [echo ? `= ${echo}` : null, byDefault].filter(Boolean).join(" · ") || undefined
                  }
                >
                  <ConfigInput
                    name={line.name || t(texts.value)}
                    type={known?.type ?? "string"}
                    valid={known?.valid ?? null}
                    value={line.value}
                    invalid={line.name !== "" && Boolean(problem)}
                    onChange={(value) => patch(line.id, { value })}
                    onBlur={() => onBlur(line)}
                  />
                </FormField>
                <div className="weir-config-remove">
                  <Button
                    formAction="none"
                    iconName="remove"
                    variant="icon"
                    ariaLabel={t(texts.removeOf, { name: line.name || t(texts.key) })}
                    onClick={() => onChange(lines.filter((each) => each.id !== line.id))}
                  />
                </div>
              </div>
            );
          })}
        </SpaceBetween>
      )}
      <Button formAction="none" iconName="add-plus" onClick={add}>
        {t(texts.add)}
      </Button>
    </SpaceBetween>
  );
}
