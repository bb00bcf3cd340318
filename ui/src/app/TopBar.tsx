import Button from "@cloudscape-design/components/button";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { useNavigate } from "react-router";
import { zoneName } from "~/shared/format";
import { modifier } from "~/shared/keys";
import { useSetSettings, useSettings } from "~/shared/settings";
import { useT } from "~/shared/text";
import { useZoneName } from "~/shared/time";
import { texts } from "./texts";

function SearchButton(props: { onClick: () => void }) {
  const t = useT();
  const keys = `${modifier()} K`;
  return (
    <button
      type="button"
      className="weir-search"
      onClick={props.onClick}
      aria-keyshortcuts="Control+K Meta+K"
      aria-haspopup="dialog"
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.8" />
        <path d="m11 11 4 4" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
      </svg>
      <span className="weir-search-text">{t(texts.searchPlaceholder)}</span>
      <kbd>{keys}</kbd>
    </button>
  );
}

function ZoneSwitch() {
  const t = useT();
  const settings = useSettings();
  const set = useSetSettings();
  const zone = useZoneName();
  const utc = settings.time_zone === "utc";
  return (
    <Button
      variant="link"
      ariaLabel={
        zoneName("local") === "UTC"
          ? t(texts.zoneSame, { zone })
          : t(texts.zoneTo, { zone, other: utc ? t(texts.local) : "UTC" })
      }
      onClick={() => set.mutate({ time_zone: utc ? "local" : "utc" })}
    >
      {zone}
    </Button>
  );
}

export function TopBar(props: { onSearch: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  return (
    <TopNavigation>
      <div className="weir-bar">
        <div className="weir-identity-room">
          <a className="weir-identity" href="/clusters">
            <img src="/weir.svg" width={26} height={26} alt="" />
            <span>Weir</span>
          </a>
        </div>
        <SearchButton onClick={props.onSearch} />
        <div className="weir-utilities">
          <ZoneSwitch />
          <Button
            variant="icon"
            iconName="keyboard"
            ariaLabel={t(texts.help)}
            onClick={() => window.dispatchEvent(new Event("weir:shortcuts"))}
          />
          <Button
            variant="icon"
            iconName="settings"
            ariaLabel={t(texts.settings)}
            onClick={() => navigate("/settings")}
          />
        </div>
      </div>
    </TopNavigation>
  );
}
