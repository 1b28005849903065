/**
 * Lets go of what Preact keeps of earlier renders. A component that renders itself anew leaves its former vnode in the children
 * that its parent was given, and with it the whole tree of that time; where subtrees are shared (an unchanged row is), those
 * trees hold on to one another, and the page would never forget a message that has left the window (preactjs/preact#4909).
 * By the names that Preact keeps for such hooks: `__c` of a vnode is its component, `__k` its children, `__e` its element.
 */
import { options, type VNode } from "preact";

type Rendered = VNode & { __c?: object | null; __k?: unknown; __e?: unknown };
type Hooks = { diffed?: (vnode: Rendered) => void; __c?: (vnode: Rendered, queue: unknown) => void };

export function forgetSuperseded(): void {
  const hooks: Hooks = options;
  const { diffed, __c: commit } = hooks;
  const newest = new WeakMap<object, Rendered>();
  let superseded: Rendered[] = [];
  hooks.diffed = (vnode) => {
    const component = vnode.__c;
    const before = component && newest.get(component);
    if (before && before !== vnode) superseded.push(before);
    if (component) newest.set(component, vnode);
    diffed?.(vnode);
  };
  hooks.__c = (vnode, queue) => {
    for (const old of superseded) old.__k = old.__e = undefined;
    superseded = [];
    commit?.(vnode, queue);
  };
}
