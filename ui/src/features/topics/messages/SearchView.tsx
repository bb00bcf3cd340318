import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useCallback, useMemo, useRef, useState } from "react";
import { useNavigate, useParams } from "react-router";
import type { Browse, MessageRow, TopicDetail } from "~/contract/types";
import { ActionButton } from "~/shared/ActionButton";
import { count, instant } from "~/shared/format";
import { VirtualGrid } from "~/shared/grid/VirtualGrid";
import { paths } from "~/shared/paths";
import { ReadFailure } from "~/shared/ReadFailure";
import { type Translate, useT } from "~/shared/text";
import { useZone } from "~/shared/time";
import { Warnings } from "~/shared/Warnings";
import { texts as topicTexts } from "../texts";
import { messageColumns } from "./columns";
import { newerThan, withoutMessage } from "./counted";
import { GRID_HEIGHT, useNarrow, useRowHeight } from "./layout";
import { OpenMessage } from "./OpenMessage";
import { type MessagesQuery, startOf } from "./query";
import { texts } from "./texts";
import { unreadOf } from "./unread";
import { useBrowse } from "./useBrowse";

const RANGES_SHOWN = 6;

function rangesText(ranges: Browse["ranges"]): string {
  const some = ranges.filter((range) => range.end !== range.start);
  const shown = some
    .slice(0, RANGES_SHOWN)
    .map(({ partition, start, end }) => `${partition}: ${start}–${end}`);
  return shown.join(", ") + (some.length > RANGES_SHOWN ? ", …" : "");
}

function endText(t: Translate, last: Browse | undefined, scanned: string): string {
  if (last?.end === "start_of_range") return t(texts.endStart);
  if (last?.end === "end_of_range") return t(texts.endEnd);
  return last?.end === "scan_bound" ? t(texts.endBound, { n: count(scanned) }) : "";
}

/** What is still to be typed before anything is read from there. */
function missingText(t: Translate, query: MessagesQuery): string {
  return t(query.from === "offset" ? texts.offsetMissing : texts.timeMissing);
}

interface EmptyProps {
  cluster: string;
  topic: TopicDetail;
  query: MessagesQuery;
  last: Browse | undefined;
  onPatch: (changes: Record<string, string | null>) => void;
}

function Empty(props: EmptyProps) {
  const t = useT();
  const navigate = useNavigate();
  const ranges = rangesText(props.last?.ranges ?? []);
  if (props.query.contains !== "")
    return (
      <Box textAlign="center" padding="l" color="inherit">
        <Box variant="strong">{t(texts.noMatches, { query: props.query.contains })}</Box>
        <Box variant="p" color="text-body-secondary">
          {t(texts.caseCounts)}
        </Box>
        <Box padding={{ top: "s" }}>
          <Button onClick={() => props.onPatch({ q: null })}>{t(texts.clear)}</Button>
        </Box>
      </Box>
    );
  return (
    <Box textAlign="center" padding="l" color="inherit">
      <Box variant="strong">{t(texts.none)}</Box>
      <Box variant="p" color="text-body-secondary">
        {ranges ? t(texts.noneRanges, { ranges }) : t(texts.noneAll)}
      </Box>
      {ranges ? null : (
        <Box padding={{ top: "s" }}>
          <span className="weir-inline">
            <ActionButton
              permit={props.topic.permits.produce}
              onClick={() => navigate(paths.produce(props.cluster, props.topic.name))}
            >
              {t(topicTexts.produce)}
            </ActionButton>
            <Button onClick={() => props.onPatch({ live: "1" })}>{t(texts.watchLive)}</Button>
          </span>
        </Box>
      )}
    </Box>
  );
}

interface ViewProps {
  topic: TopicDetail;
  query: MessagesQuery;
  onPatch: (changes: Record<string, string | null>) => void;
}

/** Messages read back from a chosen place, with how far was looked. */
export function SearchView({ topic: detail, query, onPatch }: ViewProps) {
  const { name: topic, messages } = detail;
  const t = useT();
  const zone = useZone();
  const { cluster = "" } = useParams();
  const [active, setActive] = useState(0);
  const rowHeight = useRowHeight();
  // "1 h ago" is from when it was chosen, not from each render.
  // biome-ignore lint/correctness/useExhaustiveDependencies: these parts of the query are all it reads.
  const asked = useMemo(() => startOf(query, zone, Date.now()), [query.from, query.offset, query.time, zone]);
  // Until a whole offset or time is typed the list stays what it was.
  const kept = useRef(asked);
  if (asked) kept.current = asked;
  const from = kept.current;
  const { partition, contains } = query;
  const browse = useBrowse({ cluster, topic, partition, contains, from });
  const { node, narrow } = useNarrow();
  const columns = useMemo(() => messageColumns(t, zone, contains, narrow), [t, zone, contains, narrow]);
  const { rows, more, loading, fetchMore } = browse;
  const rowAt = useCallback((index: number) => rows[index], [rows]);
  const open = (row: MessageRow) => onPatch({ m: row.id });
  // Without a filter, scrolling is asking for more; with one, each block costs, so it is asked for by name.
  const onEnd = useCallback(() => {
    if (more && !loading && contains === "") void fetchMore();
  }, [more, loading, contains, fetchMore]);
  const oldest = rows.at(-1);
  const openId = query.open ? `${query.open.partition}-${query.open.offset}` : null;
  const backwards = from?.kind === "newest";
  const warnings = browse.last?.warnings ?? [];
  const { leaderless, others } = unreadOf(warnings);
  // Beside the topic's own count: only where the list is of all that it counts.
  const all = contains === "" && partition === null && warnings.length === 0;
  const newer = all && backwards && !loading ? newerThan(browse.first?.ranges, messages) : 0n;
  const whole = all && (backwards || from?.kind === "earliest") && !more && !loading;
  const gaps = whole ? withoutMessage(browse.first?.ranges, rows.length) : 0n;

  if (browse.error && rows.length === 0)
    return <ReadFailure error={browse.error} onRetry={() => void browse.refetch()} />;
  return (
    <div ref={node}>
      <div className="weir-scan" role="status">
        {from && !asked ? <b>{missingText(t, query)}</b> : null}
        {from ? (
          <b className="weir-num">
            {contains === ""
              ? t(texts.shown, { n: rows.length })
              : t(texts.matched, { n: count(rows.length) })}
          </b>
        ) : null}
        {contains === "" ? null : <span>{t(texts.scanned, { n: count(browse.scanned) })}</span>}
        {oldest && backwards ? (
          <span className="weir-num">{t(texts.backTo, { time: instant(oldest.timestamp, zone) })}</span>
        ) : null}
        {loading ? (
          <span>{t(texts.searching)}</span>
        ) : (
          // Where a partition was not read nothing is known of the topic's start.
          <span>{warnings.length > 0 ? "" : endText(t, browse.last, browse.scanned)}</span>
        )}
        {leaderless.length > 0 ? (
          <StatusIndicator type="error">
            {t(texts.leaderless, { which: leaderless.join(", ") })}
          </StatusIndicator>
        ) : null}
        {gaps > 0n ? <span>{t(texts.gaps, { n: Number(gaps) })}</span> : null}
        <span className="weir-scan-actions" aria-live="off">
          {newer > 0n ? (
            <Button variant="inline-link" iconName="angle-up" onClick={() => void browse.refetch()}>
              {t(texts.newerOnes, { n: Number(newer) })}
            </Button>
          ) : null}
          {more && !loading && contains !== "" ? (
            <Button variant="inline-link" onClick={() => void fetchMore()}>
              {t(backwards ? texts.older : texts.newer)}
            </Button>
          ) : null}
          <Button
            iconName="refresh"
            variant="icon"
            ariaLabel={t(texts.run)}
            loading={loading}
            disabled={!from}
            onClick={() => void browse.refetch()}
          />
        </span>
      </div>
      <div className={others.length > 0 ? "weir-above" : undefined}>
        <Warnings warnings={others} type="error" />
      </div>
      <VirtualGrid<MessageRow>
        label={t(texts.title, { topic })}
        columns={columns}
        count={rows.length}
        rowCount={more ? -1 : rows.length + 1}
        rowAt={rowAt}
        rowHeight={rowHeight}
        height={GRID_HEIGHT}
        active={active}
        onActive={setActive}
        selectedId={openId}
        rowId={(row) => row.id}
        rowLabel={(row) => t(texts.rowLabel, { partition: row.partition, offset: row.offset })}
        onOpen={open}
        onEnd={onEnd}
        empty={
          loading ? (
            t(texts.searching)
          ) : !from ? (
            missingText(t, query)
          ) : warnings.length > 0 && contains === "" ? (
            t(texts.noneThatAnswered)
          ) : (
            <Empty cluster={cluster} topic={detail} query={query} last={browse.last} onPatch={onPatch} />
          )
        }
      />
      <OpenMessage
        topic={topic}
        query={query}
        onPatch={onPatch}
        neighbour={(by) => {
          const at = rows.findIndex((row) => row.id === openId);
          return at < 0 ? undefined : rows[at + by];
        }}
      />
    </div>
  );
}
