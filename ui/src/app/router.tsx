import { createBrowserRouter, Navigate, type RouteObject, useParams } from "react-router";
import { paths } from "~/shared/paths";
import { PageError } from "./Crash";
import { pages } from "./features";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";
import { WithoutCluster } from "./WithoutCluster";

const Nothing = () => null;
/** Addresses without a cluster that people write from memory. */
const CLUSTERLESS = [
  "topics",
  "topics/:topic",
  "topics/:topic/:tab",
  "groups",
  "groups/:group",
  "brokers",
  "operations",
];

/** A topic's own address is that of its first tab. */
function TopicItself() {
  const { cluster = "", topic = "" } = useParams();
  return <Navigate to={paths.topic(cluster, topic)} replace />;
}

function routeOf(page: (typeof pages)[number]): RouteObject {
  return {
    path: page.path,
    handle: page,
    errorElement: <PageError />,
    // One chunk a page: the first paint parses only what it shows.
    lazy: async () => ({ Component: (await page.load()).default }),
    HydrateFallback: Nothing,
  };
}

export function makeRouter() {
  return createBrowserRouter([
    {
      element: <Shell />,
      errorElement: <PageError />,
      HydrateFallback: Nothing,
      children: [
        { path: "/", element: <Navigate to="/clusters" replace /> },
        ...pages.map(routeOf),
        ...CLUSTERLESS.map((path) => ({ path: `/${path}`, element: <WithoutCluster /> })),
        { path: "/c/:cluster/topics/:topic", element: <TopicItself /> },
        { path: "*", element: <NotFound /> },
      ],
    },
  ]);
}
