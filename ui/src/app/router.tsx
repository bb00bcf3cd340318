import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { PageError } from "./Crash";
import { pages } from "./features";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

const Nothing = () => null;

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
        { path: "*", element: <NotFound /> },
      ],
    },
  ]);
}
