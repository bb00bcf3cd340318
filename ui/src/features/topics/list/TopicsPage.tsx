import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import type { TopicRow } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { tag, useCall } from "~/shared/api";
import { useFavourites, useToggleFavourite } from "~/shared/favourites";
import { paths } from "~/shared/paths";
import { ResourceTable } from "~/shared/table/ResourceTable";
import { useFilteredList } from "~/shared/table/useFilteredList";
import { useTopicsView } from "~/shared/table/useView";
import { useT } from "~/shared/text";
import { DeleteTopics } from "../DeleteTopics";
import { texts } from "../texts";
import { topicColumns, topicProperties } from "./columns";
import { SelectionLine } from "./SelectionLine";
import { useSilence } from "./silence";
import { TopicPeek } from "./TopicPeek";
import { TopicsActions } from "./TopicsActions";
import { useChosen } from "./useChosen";

export default function TopicsPage() {
  const t = useT();
  const navigate = useNavigate();
  const { cluster = "" } = useParams();
  const list = useFilteredList("topics", { sort: "name" });
  const internal = list.params.has("internal");
  const [deleting, setDeleting] = useState(false);
  const favourites = useFavourites(cluster);
  const asked = { internal, pinned: favourites };
  const view = useTopicsView(cluster, list.state, asked, [tag.topics(cluster)]);
  const detail = useCall("clusters.get", { cluster }, { tags: [tag.cluster(cluster)] }).data;
  const star = useToggleFavourite(cluster);
  const columns = useMemo(
    () => topicColumns(t, cluster, { favourites, star }),
    [t, cluster, favourites, star],
  );
  const properties = useMemo(() => topicProperties(t), [t]);
  const { sort, descending, page, page_size: size } = list.state;
  const { rows } = view;
  const selection = useChosen({ cluster, ...asked, state: list.state }, rows);
  const { chosen } = selection;
  // What does not answer cannot make a topic; the reason is the one that stands in the list's place.
  const { failure, askAgain } = useSilence(cluster, detail);
  const silent = failure ? (detail?.state_reason ?? null) : null;
  const create = (
    <ActionButton
      variant="primary"
      permit={detail?.permits.create_topic ?? silent}
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
        rows={failure ? undefined : rows}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        total={failure ? undefined : view.total}
        description={
          !failure && !internal && view.hidden > 0 ? t(texts.hidden, { n: view.hidden }) : undefined
        }
        updatedAt={failure ? undefined : view.updatedAt}
        error={failure ?? view.error}
        warnings={failure ? [] : view.warnings}
        onRefresh={() => {
          view.refetch();
          if (failure) askAgain();
        }}
        refreshing={view.fetching}
        live={view.live}
        empty={{ title: t(texts.empty), hint: t(texts.emptyHint), action: create }}
        filter={{
          value: list.filter.conditions || list.filter.find,
          onChange: list.filter.onClear,
          placeholder: t(texts.find),
        }}
        search={{ filter: list.filter, properties }}
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
        selection={{
          type: "multi",
          ids: selection.all ? (rows ?? []).map((row) => row.id) : selection.ids,
          count: chosen.length,
          onChange: selection.select,
        }}
        note={
          failure ? null : (
            <SelectionLine selection={selection} onPage={rows?.length ?? 0} total={view.total ?? 0} />
          )
        }
        peek={(row) => ({ header: row.name, content: <TopicPeek cluster={cluster} row={row} /> })}
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
            selection.select([]);
            view.refetch();
          }}
        />
      ) : null}
    </>
  );
}
