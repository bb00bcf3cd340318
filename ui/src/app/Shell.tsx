import AppLayoutToolbar, {
  type AppLayoutToolbarProps,
} from "@cloudscape-design/components/app-layout-toolbar";
import SplitPanel from "@cloudscape-design/components/split-panel";
import { colorBackgroundLayoutMain } from "cloudscape-tokens";
import { type CSSProperties, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Outlet, useLocation, useMatches, useParams } from "react-router";
import type { Page } from "~/shared/feature";
import { HelpProvider } from "~/shared/help";
import { SplitProvider, useSplit } from "~/shared/split";
import { useRemembered } from "~/shared/storage";
import { type Translate, useT } from "~/shared/text";
import { ActivityDrawer, useRunning } from "./ActivityDrawer";
import { CloseQuestion } from "./CloseQuestion";
import { Crash } from "./Crash";
import { Crumbs, useTitle } from "./Crumbs";
import { useEvents } from "./events";
import { Flashes } from "./Flashes";
import { HelpDrawer } from "./HelpDrawer";
import { useLastCluster } from "./lastCluster";
import { useInternalLinks } from "./links";
import { ProductionBand } from "./ProductionBand";
import { Palette } from "./palette/Palette";
import { RunningOnly } from "./RunningOnly";
import { useRegionKeys } from "./regions";
import { Shortcuts } from "./Shortcuts";
import { SideNav } from "./SideNav";
import { useTopOfPage } from "./scroll";
import { TopBar } from "./TopBar";
import { texts } from "./texts";
import { useNavigationOpen } from "./useNavigationOpen";

const SIDE_FROM_PX = 1500;
/** In a window lower than this a panel at the bottom would leave nothing of the list that it belongs to. */
const BOTTOM_FROM_PX = 820;
const TOP_BAR = "weir-top";

function labels(t: Translate): AppLayoutToolbarProps.Labels {
  return {
    navigation: t(texts.navigation),
    navigationToggle: t(texts.openNavigation),
    navigationClose: t(texts.closeNavigation),
    notifications: t(texts.notifications),
  };
}

function Split() {
  const t = useT();
  const { open, setHost } = useSplit();
  return (
    <SplitPanel
      header={open?.header ?? ""}
      closeBehavior="hide"
      i18nStrings={{
        preferencesTitle: t(texts.splitPreferences),
        preferencesPositionLabel: t(texts.splitPreferences),
        preferencesPositionSide: t(texts.splitSide),
        preferencesPositionBottom: t(texts.splitBottom),
        preferencesConfirm: t(texts.confirm),
        preferencesCancel: t(texts.cancel),
        closeButtonAriaLabel: t(texts.splitClose),
        openButtonAriaLabel: t(texts.splitOpen),
        resizeHandleAriaLabel: t(texts.splitResize),
      }}
    >
      <div ref={setHost} />
    </SplitPanel>
  );
}

function fittingPosition(): "side" | "bottom" {
  return window.innerWidth >= SIDE_FROM_PX || window.innerHeight < BOTTOM_FROM_PX ? "side" : "bottom";
}

function useSplitLayout(): Partial<AppLayoutToolbarProps> {
  const { open } = useSplit();
  const [chosen, setPosition] = useRemembered<"side" | "bottom" | null>("split.position", null);
  const isOpen = open !== null;
  // Looked at when it opens: a panel that is read does not jump while the window is resized.
  // biome-ignore lint/correctness/useExhaustiveDependencies: opening counts.
  const fitting = useMemo(fittingPosition, [isOpen]);
  const position = chosen ?? fitting;
  const [side, setSide] = useRemembered("split.side", window.innerWidth >= SIDE_FROM_PX ? 480 : 400);
  const [bottom, setBottom] = useRemembered("split.bottom", 360);
  useEffect(() => {
    const taken = isOpen && position === "bottom" ? bottom : 0;
    document.documentElement.style.setProperty("--weir-split", `${taken}px`);
  }, [isOpen, position, bottom]);
  const [size, setSize] = position === "side" ? [side, setSide] : [bottom, setBottom];
  // Always controlled: the layout does not follow a panel that becomes so later.
  return {
    ...(open ? { splitPanel: <Split /> } : {}),
    splitPanelOpen: open !== null,
    splitPanelSize: size,
    splitPanelPreferences: { position },
    onSplitPanelResize: ({ detail }) => setSize(detail.size),
    onSplitPanelPreferencesChange: ({ detail }) => setPosition(detail.position),
    onSplitPanelToggle: ({ detail }) => {
      if (!detail.open) open?.onClose();
    },
  };
}

type DrawerId = "help" | "activity";

/** The two drawers; the open page's help is there only where it has some. */
function useDrawers(page: Page | undefined, cluster: string | undefined) {
  const t = useT();
  const [open, setOpen] = useState<DrawerId | null>(null);
  const layout = useRef<AppLayoutToolbarProps.Ref>(null);
  const running = useRunning();
  const help = page?.help;
  const drawer = (id: DrawerId, name: string, close: string, resize: string) => ({
    id,
    resizable: true,
    defaultSize: id === "help" ? 320 : 380,
    ariaLabels: { drawerName: name, triggerButton: name, closeButton: close, resizeHandle: resize },
  });
  const drawers: AppLayoutToolbarProps.Drawer[] = [
    ...(help
      ? [
          {
            ...drawer("help", t(texts.helpName), t(texts.helpClose), t(texts.helpResize)),
            content: <HelpDrawer help={help} />,
            trigger: { iconName: "status-info" as const },
          },
        ]
      : []),
    {
      ...drawer("activity", t(texts.activity), t(texts.activityClose), t(texts.activityResize)),
      content: <ActivityDrawer cluster={cluster ?? null} />,
      trigger: { iconName: "status-pending" as const },
      badge: running,
    },
  ];
  const openHelp = useCallback(() => {
    setOpen("help");
    layout.current?.focusActiveDrawer();
  }, []);
  const shown = open === "help" && !help ? null : open;
  return {
    layout,
    openHelp,
    toggleActivity: () => setOpen(open === "activity" ? null : "activity"),
    props: {
      drawers,
      activeDrawerId: shown,
      onDrawerChange: ({ detail }: { detail: { activeDrawerId: string | null } }) =>
        setOpen(detail.activeDrawerId as DrawerId | null),
    },
  };
}

function Frame() {
  const t = useT();
  const gone = useEvents();
  useInternalLinks();
  useTitle();
  useTopOfPage();
  useRegionKeys();
  const matches = useMatches();
  const page = matches.at(-1)?.handle as Page | undefined;
  const { cluster } = useParams();
  useLastCluster(cluster);
  const [navigationOpen, setNavigationOpen] = useNavigationOpen();
  const [palette, setPalette] = useState(false);
  const drawers = useDrawers(page, cluster);
  const split = useSplitLayout();

  useEffect(() => {
    const open = () => setPalette(true);
    window.addEventListener("weir:palette", open);
    return () => window.removeEventListener("weir:palette", open);
  }, []);

  const help = useMemo(() => ({ help: page?.help, open: drawers.openHelp }), [page?.help, drawers.openHelp]);
  if (gone) return <Crash thrown={gone} />;
  return (
    <HelpProvider value={help}>
      <div id={TOP_BAR} className="weir-top">
        <ProductionBand cluster={cluster} />
        <TopBar onSearch={() => setPalette(true)} />
      </div>
      <AppLayoutToolbar
        ref={drawers.layout}
        headerSelector={`#${TOP_BAR}`}
        ariaLabels={labels(t)}
        navigation={<SideNav />}
        navigationOpen={navigationOpen}
        navigationWidth={224}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        breadcrumbs={<Crumbs />}
        notifications={<Flashes />}
        stickyNotifications
        contentType={page?.contentType ?? "default"}
        content={<PageBody page={page} />}
        {...drawers.props}
        {...split}
      />
      <Palette visible={palette} onDismiss={() => setPalette(false)} />
      <Shortcuts onPalette={() => setPalette(true)} onActivity={drawers.toggleActivity} />
      <CloseQuestion />
    </HelpProvider>
  );
}

/** Around the page the layout's colour is another than outside of it: the token is read where it is used. */
const PAGE = { "--weir-layout": colorBackgroundLayoutMain } as CSSProperties;

/** The page; takes the focus when a navigation left it nowhere, so that Tab goes on from the new page's start. */
function PageBody({ page }: { page: Page | undefined }) {
  const { pathname } = useLocation();
  const node = useRef<HTMLDivElement>(null);
  // A dialog gives the focus back to what had it, be it the page as a whole, and that would scroll the page.
  useEffect(() => {
    const page = node.current;
    if (page) page.focus = () => HTMLElement.prototype.focus.call(page, { preventScroll: true });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new page counts.
  useEffect(() => {
    const take = () => {
      if (document.activeElement === document.body) node.current?.focus({ preventScroll: true });
    };
    // What had the focus may go a little later than the page, as the notice does whose link was followed.
    const timers = [60, 500].map((ms) => setTimeout(take, ms));
    return () => timers.forEach(clearTimeout);
  }, [pathname]);
  return (
    <div ref={node} tabIndex={-1} className="weir-page" style={PAGE}>
      <RunningOnly page={page}>
        <Suspense fallback={null}>
          <Outlet />
        </Suspense>
      </RunningOnly>
    </div>
  );
}

export function Shell() {
  return (
    <SplitProvider>
      <Frame />
    </SplitProvider>
  );
}
