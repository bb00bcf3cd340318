import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import type { ConfigRow } from "~/contract/types";
import { ConfigInput } from "~/shared/ConfigInput";
import { optionsOf } from "~/shared/configValue";
import { configEcho, NONE } from "~/shared/format";
import type { Column } from "~/shared/table/ResourceTable";
import type { Property } from "~/shared/table/tokens";
import { type Translate, useT } from "~/shared/text";
import { type Edits, editProblem } from "./edits";
import { texts } from "./texts";

const SOURCE = {
  default: texts.sourceDefault,
  topic: texts.sourceTopic,
  broker: texts.sourceBroker,
  cluster: texts.sourceCluster,
  static: texts.sourceStatic,
  group: texts.sourceGroup,
  unknown: texts.sourceUnknown,
};

function Echo(props: { name: string; value: string | null }) {
  const echo = configEcho(props.name, props.value);
  return (
    <span className="weir-mono">
      {props.value === "" ? '""' : (props.value ?? NONE)}
      {echo ? <span className="weir-soft"> ({echo})</span> : null}
    </span>
  );
}

function Key({ row }: { row: ConfigRow }) {
  const t = useT();
  return (
    <span>
      <span className={row.changed ? "weir-mono weir-changed" : "weir-mono"}>{row.name}</span>
      {row.doc ? <span className="weir-doc">{t.core(row.doc)}</span> : null}
    </span>
  );
}

interface EditingProps {
  row: ConfigRow;
  edits: Edits;
  error: string | null;
  onEdit: (name: string, value: string | null | undefined) => void;
}

/** What is valid, in words; nothing where a choice offers just that. */
function constraintOf(t: Translate, row: ConfigRow): string | undefined {
  if (!row.valid || optionsOf(row.type, row.valid).length > 0) return undefined;
  const [range = "", ...others] = row.valid.split(" or ");
  return t(texts.valid, { valid: [rangeText(t, range), ...others].join(` ${t(texts.or)} `) });
}

/** Kafka's "[0,...]" and "[1,...,17]" in words. */
function rangeText(t: Translate, range: string): string {
  const [, least, most] = /^\[(-?[\d.]+),\.\.\.(?:,(-?[\d.]+))?\]$/.exec(range) ?? [];
  if (least === undefined) return range;
  return most === undefined ? t(texts.atLeast, { least }) : t(texts.fromTo, { least, most });
}

function EditValue({ row, edits, error, onEdit }: EditingProps) {
  const t = useT();
  const edited = row.name in edits;
  const value = edits[row.name];
  const problem = error ?? editProblem(t, row, edits);
  return (
    <div className="weir-edit-value">
      <FormField errorText={problem} constraintText={constraintOf(t, row)}>
        {value === null ? (
          <span className="weir-soft">{t(texts.toDefault)}</span>
        ) : (
          <ConfigInput
            name={row.name}
            type={row.type}
            valid={row.valid}
            value={value ?? row.value ?? ""}
            invalid={problem !== null}
            onChange={(next) => onEdit(row.name, next)}
          />
        )}
      </FormField>
      {edited ? (
        <Button
          formAction="none"
          variant="icon"
          iconName="undo"
          ariaLabel={t(texts.keepOf, { name: row.name })}
          onClick={() => onEdit(row.name, undefined)}
        />
      ) : row.changed ? (
        <Button
          formAction="none"
          variant="icon"
          iconName="remove"
          ariaLabel={t(texts.resetOf, { name: row.name })}
          onClick={() => onEdit(row.name, null)}
        />
      ) : null}
    </div>
  );
}

/** What the filter knows of a configuration. */
export function configProperties(t: Translate): Property<ConfigRow>[] {
  const yes = (value: string) => t(value === "yes" ? texts.yes : texts.no);
  return [
    { key: "source", label: t(texts.source), of: (row) => t(SOURCE[row.source]) },
    { key: "value", label: t(texts.value), of: (row) => (row.sensitive ? "" : (row.value ?? "")) },
    { key: "type", label: t(texts.type), of: (row) => row.type },
    { key: "importance", label: t(texts.importance), of: (row) => row.importance ?? "" },
    { key: "changed", label: t(texts.changed), of: (row) => (row.changed ? "yes" : "no"), nameOf: yes },
  ];
}

interface Editing {
  edits: Edits;
  /** Refusals of the cluster, by key. */
  errors: Record<string, string>;
  onEdit: (name: string, value: string | null | undefined) => void;
}

export function configColumns(t: Translate, editing: Editing | null): Column<ConfigRow>[] {
  const value = (row: ConfigRow) => {
    if (row.sensitive) return <span className="weir-soft">{t(texts.sensitive)}</span>;
    if (!editing) return <Echo name={row.name} value={row.value} />;
    if (row.read_only) return <span title={t(texts.readOnly)}>{row.value ?? NONE}</span>;
    return (
      <EditValue
        row={row}
        edits={editing.edits}
        error={editing.errors[row.name] ?? null}
        onEdit={editing.onEdit}
      />
    );
  };
  return [
    { id: "key", header: t(texts.key), cell: (row) => <Key row={row} />, rowHeader: true, width: 350 },
    { id: "value", header: t(texts.value), cell: value, width: 260 },
    { id: "source", header: t(texts.source), cell: (row) => t(SOURCE[row.source]), width: 130 },
    {
      id: "default",
      header: t(texts.default),
      cell: (row) => <Echo name={row.name} value={row.default} />,
      width: 210,
      wide: 1,
    },
  ];
}
