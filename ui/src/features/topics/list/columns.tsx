import Badge from "@cloudscape-design/components/badge";
import type { TopicRow } from "~/contract/types";
import { bytes, count, NONE, retention, short } from "~/shared/format";
import { RowName } from "~/shared/NameLink";
import { paths } from "~/shared/paths";
import { HealthIndicator, healthWords, sickPartitions, topicHealthWords } from "~/shared/state";
import { useCellFocus } from "~/shared/table/cellFocus";
import type { Column } from "~/shared/table/ResourceTable";
import type { CoreProperty } from "~/shared/table/tokens";
import { type Translate, useT } from "~/shared/text";
import { Ago } from "~/shared/time";
import { texts } from "../texts";

function Name(props: { cluster: string; row: TopicRow }) {
  const t = useT();
  return (
    <span>
      <RowName href={paths.topic(props.cluster, props.row.name)} name={props.row.name} />
      {props.row.internal ? (
        <span>
          {" "}
          <Badge>{t(texts.internal)}</Badge>
        </span>
      ) : null}
    </span>
  );
}

interface Stars {
  favourites: readonly string[];
  star: (name: string) => void;
}

function Star(props: { name: string; on: boolean; onClick: () => void }) {
  const t = useT();
  const focus = useCellFocus<HTMLButtonElement>();
  return (
    <button
      {...focus}
      type="button"
      className="weir-star"
      aria-pressed={props.on}
      aria-label={t(texts.star, { name: props.name })}
      onClick={props.onClick}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <path d="m8 1.6 1.9 4.1 4.5.5-3.3 3 .9 4.4L8 11.4l-4 2.2.9-4.4-3.3-3 4.5-.5z" />
      </svg>
    </button>
  );
}

/** What the core filters topics by: every column that it knows of all of them. */
export function topicProperties(t: Translate): CoreProperty[] {
  return [
    { key: "health", label: t(texts.health), kind: "word", words: healthWords(t) },
    { key: "partitions", label: t(texts.partitions), kind: "number" },
    { key: "replication", label: t(texts.rfNote), kind: "number" },
    { key: "messages", label: t(texts.messages), kind: "number" },
    { key: "messages_in", label: t(texts.rate), kind: "number" },
    { key: "size", label: t(texts.size), kind: "number" },
  ];
}

export function topicColumns(t: Translate, cluster: string, stars: Stars): Column<TopicRow>[] {
  const figure = (id: string, header: string, width: number, cell: (row: TopicRow) => string) => ({
    id,
    header,
    width,
    cell,
    numeric: true,
  });
  const lazy = t(texts.onlyVisible);
  return [
    {
      id: "star",
      header: "★",
      name: t(texts.favourite),
      cell: (row) => (
        <Star name={row.name} on={stars.favourites.includes(row.name)} onClick={() => stars.star(row.name)} />
      ),
      width: 48,
      minWidth: 48,
      fixed: true,
    },
    {
      id: "name",
      header: t(texts.name),
      cell: (row) => <Name cluster={cluster} row={row} />,
      sort: "name",
      rowHeader: true,
      width: 340,
      minWidth: 200,
    },
    {
      id: "health",
      header: t(texts.health),
      cell: (row) => (
        <HealthIndicator health={row.health} count={sickPartitions(row)} creating={row.creating} />
      ),
      sort: "health",
      words: topicHealthWords(t),
      sign: true,
      fixed: true,
    },
    {
      ...figure("partitions", t(texts.partitions), 110, (row) => count(row.partitions)),
      sort: "partitions",
      wide: 1,
    },
    {
      ...figure("replication", t(texts.rf), 66, (row) => count(row.replication)),
      sort: "replication",
      note: t(texts.rfNote),
      extra: true,
    },
    {
      ...figure("messages", t(texts.messages), 110, (row) => count(row.messages)),
      sort: "messages",
      wide: 1,
    },
    {
      ...figure("rate", t(texts.rate), 100, (row) =>
        row.messages_in_per_s === null ? NONE : short(row.messages_in_per_s),
      ),
      sort: "messages_in",
      // Its header in Korean, in the letters that stand in until the font is there.
      minWidth: 118,
      wide: 2,
    },
    {
      ...figure("size", t(texts.size), 92, (row) => bytes(row.size)),
      sort: "size",
      note: t(texts.sizeNote),
      wide: 2,
    },
    {
      ...figure("retention", t(texts.retention), 110, (row) => retention(row.retention)),
      note: lazy,
      extra: true,
    },
    {
      id: "lastWrite",
      header: t(texts.lastWrite),
      cell: (row) => <Ago at={row.last_write} />,
      width: 104,
      note: lazy,
      extra: true,
    },
    {
      id: "cleanup",
      header: t(texts.cleanup),
      cell: (row) => row.cleanup ?? NONE,
      width: 110,
      note: lazy,
      optional: true,
    },
    { ...figure("groups", t(texts.groups), 90, (row) => count(row.groups)), note: lazy, optional: true },
  ];
}
