import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useLocation, useNavigate } from "react-router";
import { useT } from "~/shared/text";
import { texts } from "./texts";

export function NotFound() {
  const t = useT();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return (
    <Box textAlign="center" margin={{ top: "xxxl" }}>
      <SpaceBetween size="m">
        <Box variant="h1">{t(texts.notFoundTitle)}</Box>
        <Box color="text-body-secondary">{t(texts.notFoundBody, { path: pathname })}</Box>
        <div className="weir-first">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => window.dispatchEvent(new Event("weir:palette"))}>
              {t(texts.paletteTitle)}
            </Button>
            <Button variant="primary" onClick={() => navigate("/clusters")}>
              {t(texts.toClusters)}
            </Button>
          </SpaceBetween>
        </div>
      </SpaceBetween>
    </Box>
  );
}
