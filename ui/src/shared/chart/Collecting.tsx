import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { defineTexts, useT } from "../text";

const texts = defineTexts({
  collecting: { en: "Measuring", ko: "측정 중" },
  soon: {
    en: "The first values appear within seconds.",
    ko: "몇 초 안에 첫 값이 표시됩니다.",
  },
  minutely: {
    en: "A connected cluster is measured once a minute: the chart begins with the second value.",
    ko: "연결된 클러스터는 1분에 한 번 측정합니다. 두 번째 값부터 차트가 표시됩니다.",
  },
});

/** Legend and switch under a chart: what comes takes no other place. */
const BELOW_PX = 48;
const LINES = [0, 25, 50, 75, 100];

/** Where a chart will be, while there is nothing to draw. */
export function Collecting({ height, sparse }: { height: number; sparse: boolean }) {
  const t = useT();
  return (
    <div className="weir-collecting" style={{ blockSize: height + BELOW_PX }}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {LINES.map((at) => (
          <line key={at} x1="0" x2="100" y1={at} y2={at} vectorEffect="non-scaling-stroke" />
        ))}
      </svg>
      <div className="weir-collecting-text">
        <StatusIndicator type="in-progress">{t(texts.collecting)}</StatusIndicator>
        <span className="weir-soft">{t(sparse ? texts.minutely : texts.soon)}</span>
      </div>
    </div>
  );
}
