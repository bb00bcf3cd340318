import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { SavedFilter } from "~/contract/types";
import { tag, useCall, useCommand } from "../api";
import { Dialog } from "../Dialog";
import { apiErrorOf, ErrorBox, errorText } from "../ErrorBox";
import { useFlash } from "../flash";
import { useT } from "../text";
import { texts } from "./texts";
import type { CoreFilter } from "./useFilteredList";

export interface Saved {
  rows: readonly SavedFilter[];
  /** The one whose conditions were chosen, while it is kept. */
  chosen: SavedFilter | undefined;
}

/** The filters that were kept for a table. */
export function useSaved(filter: CoreFilter): Saved {
  const { table } = filter;
  const rows = useCall("filters.list", { table }, { tags: [tag.filters(table)] }).data?.rows ?? [];
  return { rows, chosen: rows.find((row) => row.name === filter.chosen) };
}

interface SavedProps {
  saved: Saved;
  filter: CoreFilter;
}

/** Applies a kept filter. */
export function SavedSelect({ saved, filter }: SavedProps) {
  const t = useT();
  const changed = saved.chosen !== undefined && saved.chosen.text !== filter.conditions;
  return (
    <div className="weir-saved-filters">
      <Select
        ariaLabel={t(texts.savedFilters)}
        placeholder={t(texts.savedChoose)}
        selectedOption={
          saved.chosen
            ? {
                value: saved.chosen.name,
                label: changed ? t(texts.savedChanged, { name: saved.chosen.name }) : saved.chosen.name,
              }
            : null
        }
        options={saved.rows.map(({ name }) => ({ value: name, label: name }))}
        expandToViewport
        onChange={({ detail }) => {
          const row = saved.rows.find(({ name }) => name === detail.selectedOption.value);
          if (row) filter.onConditions(row.text, row.name);
        }}
      />
    </div>
  );
}

interface NameFilterProps {
  title: string;
  /** What stands in the field first. */
  name: string;
  pending: boolean;
  error: unknown;
  onSubmit: (name: string) => void;
  onDismiss: () => void;
}

function NameFilter(props: NameFilterProps) {
  const t = useT();
  const [name, setName] = useState(props.name);
  const field = apiErrorOf(props.error)?.field === "name";
  return (
    <Dialog
      size="small"
      title={props.title}
      action={t(texts.save)}
      pending={props.pending}
      onSubmit={() => props.onSubmit(name)}
      onDismiss={props.onDismiss}
    >
      <SpaceBetween size="m">
        <FormField label={t(texts.filterName)} errorText={field ? errorText(t, props.error) : null}>
          <Input
            value={name}
            autoComplete="off"
            spellcheck={false}
            onChange={({ detail }) => setName(detail.value)}
          />
        </FormField>
        {props.error && !field ? <ErrorBox error={props.error} /> : <span hidden />}
      </SpaceBetween>
    </Dialog>
  );
}

/** Keeps, writes over, renames and forgets filters; the main press clears the conditions. */
export function SavedActions({ saved, filter }: SavedProps) {
  const t = useT();
  const { flash } = useFlash();
  const [asking, setAsking] = useState<"save" | "rename" | null>(null);
  const tags = [tag.filters(filter.table)];
  const save = useCommand("filters.save", tags);
  const rename = useCommand("filters.rename", tags);
  const remove = useCommand("filters.delete", tags);
  const { chosen } = saved;
  const { table, conditions } = filter;
  const close = () => {
    setAsking(null);
    save.reset();
    rename.reset();
  };
  const done = (content: string) => flash({ id: "filter", type: "success", content });
  const onFailure = (error: unknown) => flash({ id: "filter", type: "error", content: errorText(t, error) });
  const replace = (name: string) =>
    save.mutate(
      { table, name, text: conditions, replace: true },
      { onSuccess: () => done(t(texts.filterReplaced, { name })), onError: onFailure },
    );
  const forget = (name: string) =>
    remove.mutate(
      { table, name },
      {
        onSuccess: () => {
          filter.onConditions(conditions, "");
          done(t(texts.filterDeleted, { name }));
        },
        onError: onFailure,
      },
    );
  const item = (id: string, text: string, enabled: boolean): ButtonDropdownProps.Item => ({
    id,
    text,
    ...(enabled ? {} : { disabled: true, disabledReason: t(texts.chooseFirst) }),
  });
  const changed = chosen !== undefined && chosen.text !== conditions;
  return (
    <>
      <ButtonDropdown
        ariaLabel={t(texts.filterActions)}
        mainAction={{ text: t(texts.clearFilter), onClick: filter.onClear }}
        items={[
          item("save", t(texts.saveFilter), true),
          {
            ...item("replace", t(texts.replaceFilter), chosen !== undefined),
            ...(chosen && !changed ? { disabled: true, disabledReason: t(texts.unchanged) } : {}),
          },
          item("rename", t(texts.renameFilter), chosen !== undefined),
          item("delete", t(texts.deleteFilter), chosen !== undefined),
        ]}
        onItemClick={({ detail }) => {
          if (detail.id === "save" || detail.id === "rename") setAsking(detail.id);
          else if (chosen && detail.id === "replace") replace(chosen.name);
          else if (chosen && detail.id === "delete") forget(chosen.name);
        }}
      />
      {asking === "save" ? (
        <NameFilter
          title={t(texts.saveFilter)}
          name=""
          pending={save.isPending}
          error={save.error}
          onDismiss={close}
          onSubmit={(name) =>
            save.mutate(
              { table, name, text: conditions, replace: false },
              {
                onSuccess: () => {
                  close();
                  filter.onConditions(conditions, name.trim());
                },
              },
            )
          }
        />
      ) : null}
      {asking === "rename" && chosen ? (
        <NameFilter
          title={t(texts.renameFilter)}
          name={chosen.name}
          pending={rename.isPending}
          error={rename.error}
          onDismiss={close}
          onSubmit={(to) =>
            rename.mutate(
              { table, name: chosen.name, to },
              {
                onSuccess: () => {
                  close();
                  filter.onConditions(conditions, to.trim());
                },
              },
            )
          }
        />
      ) : null}
    </>
  );
}
