import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useT } from "~/shared/text";
import { useNewLine } from "~/shared/useNewLine";
import type { HeaderLine, Problems } from "./draft";
import { texts } from "./texts";

interface HeaderLinesProps {
  lines: HeaderLine[];
  problems: Problems;
  onChange: (lines: HeaderLine[]) => void;
}

export function HeaderLines({ lines, problems, onChange }: HeaderLinesProps) {
  const t = useT();
  const patch = (id: number, change: Partial<HeaderLine>) =>
    onChange(lines.map((line) => (line.id === id ? { ...line, ...change } : line)));
  const { nextId, fieldOf } = useNewLine(lines);
  const add = () => onChange([...lines, { id: nextId(), name: "", value: "" }]);
  return (
    <SpaceBetween size="s">
      {lines.length === 0 ? (
        <Box color="text-body-secondary">{t(texts.headersNone)}</Box>
      ) : (
        <SpaceBetween size="xs">
          {lines.map((line) => (
            <div className="weir-config-line" key={line.id}>
              <FormField label={t(texts.headerName)} errorText={problems[`header:${line.id}`]}>
                <Input
                  ref={fieldOf(line)}
                  value={line.name}
                  spellcheck={false}
                  invalid={problems[`header:${line.id}`] !== undefined}
                  onChange={({ detail }) => patch(line.id, { name: detail.value })}
                />
              </FormField>
              <FormField label={t(texts.headerValue)}>
                <Input
                  value={line.value}
                  spellcheck={false}
                  onChange={({ detail }) => patch(line.id, { value: detail.value })}
                />
              </FormField>
              <div className="weir-config-remove">
                <Button
                  formAction="none"
                  variant="icon"
                  iconName="remove"
                  ariaLabel={t(texts.removeHeader, { name: line.name })}
                  onClick={() => onChange(lines.filter((each) => each.id !== line.id))}
                />
              </div>
            </div>
          ))}
        </SpaceBetween>
      )}
      <Button formAction="none" iconName="add-plus" onClick={add}>
        {t(texts.addHeader)}
      </Button>
    </SpaceBetween>
  );
}
