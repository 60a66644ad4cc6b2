// SPDX-License-Identifier: MIT
// The component sources import these types from the renderer, whose npm package does not ship them.
export type DashComponent = {type: string; namespace: string; props: Record<string, unknown>};
export type DashLayoutPath = (string | number)[];
export type BaseDashProps = {
  /** The ID of this component, used to identify it in callbacks: unique in the app. */
  id?: string | {[key: string]: string | number | boolean};
  componentPath?: DashLayoutPath;
};
