import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { useParams } from "react-router";
import type { ConfigRow, TopicDetail } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { tag, useCall, useCommand } from "~/shared/api";
import { apiErrorOf, errorText } from "~/shared/ErrorBox";
import { useFlash } from "~/shared/flash";
import { ResourceTable } from "~/shared/table/ResourceTable";
import { matches, read } from "~/shared/table/tokens";
import { useListState } from "~/shared/table/useListState";
import { useT } from "~/shared/text";
import { useDirty } from "~/shared/useDirty";
import { TopicFrame } from "../topic/TopicFrame";
import { configColumns, configProperties } from "./columns";
import { changesOf, type Edits, wrongIn } from "./edits";
import { ReviewChanges } from "./ReviewChanges";
import { texts } from "./texts";

/** Edits collect here until they are reviewed; the cluster's refusals stay beside the key they name. */
function useEdits(rows: ConfigRow[]) {
  const [edits, setEdits] = useState<Edits>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const onEdit = (name: string, value: string | null | undefined) => {
    setErrors((all) => Object.fromEntries(Object.entries(all).filter(([key]) => key !== name)));
    setEdits((all) =>
      value === undefined
        ? Object.fromEntries(Object.entries(all).filter(([key]) => key !== name))
        : { ...all, [name]: value },
    );
  };
  const clear = () => {
    setEdits({});
    setErrors({});
  };
  return { edits, errors, setErrors, onEdit, clear, changes: changesOf(rows, edits) };
}

function Configuration({ topic }: { topic: TopicDetail }) {
  const t = useT();
  const { flash } = useFlash();
  const { cluster = "" } = useParams();
  const list = useListState("configuration", { sort: "key" });
  const tags = [tag.topic(cluster, topic.name)];
  const configs = useCall("topics.configs", { cluster, topic: topic.name }, { tags });
  const all = useMemo(() => configs.data?.rows ?? [], [configs.data]);
  const { edits, errors, setErrors, onEdit, clear, changes } = useEdits(all);
  const editing = list.params.has("edit");
  const changedCount = all.filter((row) => row.changed).length;
  const changedOnly = list.params.has("changed");
  const preview = useCommand("topics.alter_configs");
  const apply = useCommand("topics.alter_configs", tags);
  const leaving = useDirty(editing && changes.length > 0);
  const properties = useMemo(() => configProperties(t), [t]);
  const wanted = useMemo(() => read(list.state.query), [list.state.query]);
  const rows = all.filter(
    (row) =>
      matches(row, wanted, properties, (each) => each.name) &&
      (!changedOnly || row.changed || row.name in edits),
  );
  const wrong = wrongIn(t, all, edits);
  const notYet =
    wrong.length > 0
      ? t(texts.wrong, { names: wrong.join(", ") })
      : changes.length === 0
        ? t(texts.nothing)
        : null;

  const finish = () => {
    clear();
    preview.reset();
    apply.reset();
    list.patch({ edit: null });
  };
  const refused = (thrown: unknown) => {
    const field = apiErrorOf(thrown)?.field;
    if (!field) return;
    setErrors({ [field]: errorText(t, thrown) });
    preview.reset();
  };
  const args = { cluster, topic: topic.name, changes };
  const review = () => preview.mutate({ ...args, dry_run: true }, { onError: refused });
  const doApply = () =>
    apply.mutate(
      { ...args, dry_run: false },
      {
        onSuccess: () => {
          flash({
            id: `config-${topic.name}`,
            type: "success",
            content: t(texts.applied, { name: topic.name }),
          });
          finish();
        },
        onError: refused,
      },
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: columns follow what is edited.
  const columns = useMemo(
    () => configColumns(t, editing ? { edits, errors, onEdit } : null),
    [t, editing, edits, errors],
  );
  const serverError = preview.error && !apiErrorOf(preview.error)?.field ? preview.error : null;

  return (
    <>
      <ResourceTable<ConfigRow>
        id="configuration"
        variant="container"
        title={t(texts.title)}
        columns={columns}
        rows={configs.data ? rows : undefined}
        rowId={(row) => row.name}
        rowName={(row) => row.name}
        total={configs.data ? rows.length : undefined}
        description={configs.data && changedCount === 0 ? t(texts.allDefaults) : undefined}
        error={configs.data ? serverError : configs.error}
        onRefresh={() => void configs.refetch()}
        refreshing={configs.isFetching}
        wrapLines
        empty={
          changedOnly
            ? { title: t(texts.noChanged), hint: t(texts.noChangedHint) }
            : { title: t(texts.none), hint: t(texts.noneHint) }
        }
        filter={{ value: list.state.query, onChange: list.setQuery, placeholder: t(texts.find) }}
        conditions={{ rows: all, properties }}
        toolbar={
          <Toggle
            checked={changedOnly}
            onChange={({ detail }) => list.patch({ changed: detail.checked ? "1" : null })}
          >
            {t(texts.changedOnly, { n: changedCount })}
          </Toggle>
        }
        actions={
          editing ? undefined : (
            <ActionButton permit={topic.permits.alter_config} onClick={() => list.patch({ edit: "1" })}>
              {t(texts.edit)}
            </ActionButton>
          )
        }
      />
      {editing ? (
        <div className="weir-form-actions">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => leaving.leave(finish)}>
              {t(texts.cancel)}
            </Button>
            <Button
              variant="primary"
              loading={preview.isPending}
              onClick={review}
              {...(notYet ? { disabled: true, disabledReason: notYet } : {})}
            >
              {changes.length === 0 ? t(texts.review) : t(texts.reviewN, { n: changes.length })}
            </Button>
          </SpaceBetween>
        </div>
      ) : null}
      {preview.data ? (
        <ReviewChanges
          topic={topic.name}
          changes={preview.data.changes}
          command={preview.data.command}
          pending={apply.isPending}
          error={apiErrorOf(apply.error)?.field ? null : apply.error}
          onApply={doApply}
          onDismiss={() => preview.reset()}
        />
      ) : null}
      {leaving.question}
    </>
  );
}

export default function ConfigurationPage() {
  return <TopicFrame tab="configuration">{(topic) => <Configuration topic={topic} />}</TopicFrame>;
}
