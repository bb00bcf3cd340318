import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo } from "react";
import type { GroupDetail, LagSample } from "~/contract/types";
import { TimeChart } from "~/shared/chart/TimeChart";
import { count, duration, NONE, short } from "~/shared/format";
import { groupStateText, groupTypeText, isRebalancing } from "~/shared/state";
import { type Translate, useT } from "~/shared/text";
import { keepsUp, largestShare, saidTrend, type Trend, trendOf } from "./lag";
import { texts } from "./texts";

/** A share above which one partition is named. */
const NAMED_PERCENT = 40;

/** What a person who knows Kafka would say first. */
function sentenceOf(t: Translate, group: GroupDetail, trend: Trend | null): string {
  const state = groupStateText(group.state);
  if (state && isRebalancing(group.state)) return t(state);
  if (group.lag === null) return group.lag_reason ? t.core(group.lag_reason) : t(texts.noCommit);
  if (group.lag === "0") return t(texts.noLag);
  if (group.members === 0) return t(texts.nobody);
  if (keepsUp(group)) return t(trend && trend.perSecond > 0 ? texts.fallsBehind : texts.keepsUp);
  const largest = largestShare(group.lag_rows);
  if (!largest || group.lag_rows.length < 2 || largest.percent < NAMED_PERCENT) return t(texts.even);
  const { row, percent } = largest;
  const who = row.client_id ? t(texts.oneMember, { member: row.client_id }) : t(texts.oneNobody);
  return `${t(texts.one, { partition: row.partition, topic: row.topic, percent })} ${who}`;
}

function TrendText({ trend }: { trend: Trend | null }) {
  const t = useT();
  if (!trend) return <>{NONE}</>;
  const n = short(Math.abs(trend.perSecond));
  if (trend.perSecond > 0) return <StatusIndicator type="warning">{t(texts.growing, { n })}</StatusIndicator>;
  if (trend.perSecond < 0)
    return <StatusIndicator type="success">{t(texts.shrinking, { n })}</StatusIndicator>;
  return <>{t(texts.steady)}</>;
}

function whenCaughtUp(t: Translate, group: GroupDetail, trend: Trend | null): string {
  if (group.lag === "0") return t(texts.caughtUp);
  if (!trend || group.lag === null) return NONE;
  if (trend.perSecond === 0 && keepsUp(group)) return t(texts.keepingUp);
  return trend.seconds === null
    ? t(texts.never)
    : t(texts.about, { time: duration(Math.max(1, Math.round(trend.seconds)) * 1000) });
}

/**
 * The chart ends with what stands beside it: samples are taken every few seconds, the figure was read just now. While a
 * partition has no leader the figure lacks its part, which would look like a lag that falls.
 */
function withNow({ lag, lag_history, lag_rows }: GroupDetail): LagSample[] {
  const inPart = lag_rows.some((row) => row.committed !== null && row.end === null);
  return lag === null || inPart || lag_history.length === 0
    ? lag_history
    : [...lag_history, { at: String(Date.now()), lag }];
}

interface LagPanelsProps {
  group: GroupDetail;
  /** Of a connected cluster, which is measured seldom. */
  sparse: boolean;
}

/** Growing or shrinking, and why: the chart, the figures, the sentence. */
export function LagPanels({ group, sparse }: LagPanelsProps) {
  const t = useT();
  const trend = saidTrend(group, trendOf(group.lag_history));
  const type = groupTypeText(group.type);
  const history = useMemo(() => withNow(group), [group]);
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
      <Container fitHeight header={<Header variant="h2">{t(texts.lag)}</Header>}>
        <TimeChart
          title={t(texts.lag)}
          times={history.map((point) => Number(point.at))}
          sparse={sparse}
          topMin={8}
          format={(value) => count(Math.round(value))}
          series={[
            {
              label: t(texts.totalLag),
              color: 1,
              area: true,
              values: history.map((point) => Number(point.lag)),
            },
          ]}
        />
      </Container>
      <Container fitHeight header={<Header variant="h2">{t(texts.now)}</Header>}>
        <KeyValuePairs
          columns={2}
          minColumnWidth={110}
          items={[
            { label: t(texts.lag), value: <b className="weir-big">{count(group.lag)}</b> },
            { label: t(texts.members), value: <b className="weir-big">{count(group.members)}</b> },
            { label: t(texts.trend), value: <TrendText trend={trend} /> },
            { label: t(texts.caughtUpIn), value: whenCaughtUp(t, group, trend) },
          ]}
        />
        <p className="weir-sentence">{sentenceOf(t, group, trend)}</p>
        {type ? <p className="weir-sentence weir-soft">{t(type)}</p> : null}
      </Container>
    </Grid>
  );
}
