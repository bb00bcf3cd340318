import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useEffect, useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import type { TopicRow } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { tag, useCall } from "~/shared/api";
import { paths } from "~/shared/paths";
import { ResourceTable } from "~/shared/table/ResourceTable";
import { useListState } from "~/shared/table/useListState";
import { useTopicsView } from "~/shared/table/useView";
import { useT } from "~/shared/text";
import { DeleteTopics } from "../DeleteTopics";
import { texts } from "../texts";
import { topicColumns } from "./columns";
import { TopicsActions } from "./TopicsActions";

export default function TopicsPage() {
  const t = useT();
  const navigate = useNavigate();
  const { cluster = "" } = useParams();
  const list = useListState("topics", { sort: "name" });
  const internal = list.params.has("internal");
  const [selected, setSelected] = useState<string[]>([]);
  const [deleting, setDeleting] = useState(false);
  const view = useTopicsView(cluster, list.state, internal, [tag.topics(cluster)]);
  const detail = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data;
  const columns = useMemo(() => topicColumns(t, cluster), [t, cluster]);

  // Selection ends on filter, sort and page change: what is not seen is not acted upon.
  const { query, sort, descending, page, page_size: size } = list.state;
  const shown = [query, sort, descending, page, size, internal].join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shown` is what the selection depends on.
  useEffect(() => setSelected([]), [shown]);

  const chosen = (view.rows ?? []).filter((row) => selected.includes(row.id));
  const create = (
    <ActionButton
      variant="primary"
      permit={detail?.permits.create_topic ?? null}
      onClick={() => navigate(paths.createTopic(cluster))}
    >
      {t(texts.create)}
    </ActionButton>
  );
  return (
    <>
      <ResourceTable<TopicRow>
        id="topics"
        title={t(texts.title)}
        columns={columns}
        rows={view.rows}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        total={view.total}
        description={!internal && view.hidden > 0 ? t(texts.hidden, { n: view.hidden }) : undefined}
        updatedAt={view.updatedAt}
        error={view.error}
        warnings={view.warnings}
        onRefresh={view.refetch}
        refreshing={view.fetching}
        live={view.live}
        empty={{ title: t(texts.empty), hint: t(texts.emptyHint), action: create }}
        filter={{ value: query, onChange: list.setQuery, placeholder: t(texts.find) }}
        toolbar={
          <Toggle
            checked={internal}
            onChange={({ detail: to }) => list.patch({ internal: to.checked ? "1" : null, page: null })}
          >
            {t(texts.showInternal)}
          </Toggle>
        }
        sort={{ by: sort, descending, onChange: list.setSort }}
        paging={{ page, size, onChange: list.setPage, onSize: list.setSize }}
        selection={{ type: "multi", ids: selected, onChange: setSelected }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <TopicsActions
              cluster={cluster}
              detail={detail}
              chosen={chosen}
              onDelete={() => setDeleting(true)}
            />
            {create}
          </SpaceBetween>
        }
      />
      {deleting && chosen.length > 0 ? (
        <DeleteTopics
          cluster={cluster}
          topics={chosen}
          onDismiss={() => setDeleting(false)}
          onDone={() => {
            setDeleting(false);
            setSelected([]);
            view.refetch();
          }}
        />
      ) : null}
    </>
  );
}
