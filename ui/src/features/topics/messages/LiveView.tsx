import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useMemo, useState } from "react";
import { useParams } from "react-router";
import type { MessageRow } from "~/contract/types";
import { count, short } from "~/shared/format";
import { VirtualGrid } from "~/shared/grid/VirtualGrid";
import { ReadFailure } from "~/shared/ReadFailure";
import { useT } from "~/shared/text";
import { useZone } from "~/shared/time";
import { messageColumns } from "./columns";
import { GRID_HEIGHT, useNarrow, useRowHeight } from "./layout";
import { OpenMessage } from "./OpenMessage";
import type { MessagesQuery } from "./query";
import { KEPT_MAX, type TailState, useTail } from "./tail";
import { texts } from "./texts";

interface LiveViewProps {
  topic: string;
  query: MessagesQuery;
  onPatch: (changes: Record<string, string | null>) => void;
}

/** Why nothing more comes, or not from everywhere: it stands over the rows, which stay, for as long as it is so. */
function Trouble({ tail }: { tail: TailState }) {
  const t = useT();
  const error = tail.error ?? tail.unread;
  if (error) return <ReadFailure error={error} onRetry={tail.retry} />;
  if (!tail.end) return null;
  return (
    <Alert action={<Button onClick={tail.retry}>{t(texts.watchAgain)}</Button>}>{t.core(tail.end)}</Alert>
  );
}

/** Messages as they arrive, newest on top; nothing moves while the list is scrolled or under the mouse. */
export function LiveView({ topic, query, onPatch }: LiveViewProps) {
  const t = useT();
  const zone = useZone();
  const { cluster = "" } = useParams();
  const [paused, setPaused] = useState(false);
  const [atTop, setAtTop] = useState(true);
  const [hovered, setHovered] = useState(false);
  const [active, setActive] = useState(0);
  const rowHeight = useRowHeight();
  const { partition, contains } = query;
  const tail = useTail({ cluster, topic, partition, contains }, paused, atTop && !hovered);
  const { node, narrow } = useNarrow();
  const columns = useMemo(() => messageColumns(t, zone, contains, narrow), [t, zone, contains, narrow]);
  const openId = query.open ? `${query.open.partition}-${query.open.offset}` : null;

  const stopped = Boolean(tail.error || tail.end);
  const neighbour = (by: 1 | -1) => {
    for (let index = 0; index < tail.shown; index += 1)
      if (tail.rowAt(index)?.id === openId) return tail.rowAt(index + by);
    return undefined;
  };
  return (
    <div ref={node}>
      <div className="weir-scan">
        <span>
          <b>
            {stopped
              ? t(texts.stopped)
              : paused
                ? t(texts.paused)
                : t(texts.following, { rate: short(tail.rate) })}
          </b>
        </span>
        <span className="weir-num">{t(texts.shown, { n: tail.shown })}</span>
        {tail.dropped > 0 ? (
          <span className="weir-stale">{t(texts.dropped, { n: count(tail.dropped) })}</span>
        ) : null}
        {tail.shown >= KEPT_MAX ? <span>{t(texts.keptMax, { n: count(KEPT_MAX) })}</span> : null}
        <span className="weir-scan-actions">
          {/* Paused, nothing is pulled: what waits here is not all that came. */}
          {tail.waiting > 0 && !paused ? (
            <Button variant="inline-link" iconName="angle-up" onClick={tail.release}>
              {t(texts.newOnes, { n: count(tail.waiting) })}
            </Button>
          ) : null}
          {stopped ? null : (
            <Button iconName={paused ? "play" : "pause"} onClick={() => setPaused(!paused)}>
              {t(paused ? texts.resume : texts.pause)}
            </Button>
          )}
        </span>
      </div>
      <div className={stopped || tail.unread ? "weir-above" : undefined}>
        <Trouble tail={tail} />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: hovering only holds new rows back, it is no control. */}
      <div onMouseEnter={() => setHovered(true)} onMouseLeave={() => setHovered(false)}>
        <VirtualGrid<MessageRow>
          label={t(texts.title, { topic })}
          columns={columns}
          count={tail.shown}
          rowAt={tail.rowAt}
          rowHeight={rowHeight}
          height={GRID_HEIGHT}
          active={active}
          onActive={setActive}
          selectedId={openId}
          rowId={(row) => row.id}
          rowLabel={(row) => t(texts.rowLabel, { partition: row.partition, offset: row.offset })}
          onOpen={(row) => onPatch({ m: row.id })}
          onScrolled={setAtTop}
          empty={
            stopped ? (
              t(texts.none)
            ) : (
              <Box textAlign="center" padding="l" color="inherit">
                <Box variant="strong">{t(texts.liveNone)}</Box>
                <Box variant="p" color="text-body-secondary">
                  {t(texts.liveHint)}
                </Box>
              </Box>
            )
          }
        />
      </div>
      <OpenMessage topic={topic} query={query} onPatch={onPatch} neighbour={neighbour} />
    </div>
  );
}
