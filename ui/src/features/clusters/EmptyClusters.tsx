import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import { paths } from "~/shared/paths";
import { useT } from "~/shared/text";
import { texts } from "./texts";

/** The first thing a new user sees: what this is, and the one thing to do. */
export function EmptyClusters() {
  const t = useT();
  const navigate = useNavigate();
  const points = [
    [texts.emptyPoint1, texts.emptyPoint1Hint],
    [texts.emptyPoint2, texts.emptyPoint2Hint],
    [texts.emptyPoint3, texts.emptyPoint3Hint],
  ] as const;
  return (
    <div className="weir-welcome">
      <img src="/weir.svg" width={72} height={72} alt="" />
      <Box variant="h1" padding={{ top: "m" }}>
        {t(texts.emptyTitle)}
      </Box>
      <p>{t(texts.emptyHint)}</p>
      <SpaceBetween direction="horizontal" size="s">
        <Button variant="primary" onClick={() => navigate(paths.createCluster)}>
          {t(texts.create)}
        </Button>
        <Button onClick={() => navigate(paths.connect)}>{t(texts.connectTo)}</Button>
      </SpaceBetween>
      <ul>
        {points.map(([title, hint]) => (
          <li key={title.en}>
            <strong>{t(title)}</strong>
            <span>{t(hint)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
