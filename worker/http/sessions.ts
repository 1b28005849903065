/**
 * Sign-in, sign-out, device links and ownership.
 */

import type { Hono } from "hono/tiny";
import { problem } from "../platform/problem.ts";
import { OwnerBody, RedeemBody, SignInBody } from "../protocol/commands.ts";
import type { Person } from "../protocol/frames.ts";
import { foldDisplayName } from "../protocol/names.ts";
import { type App, addressOf, directory, only, refuse } from "./context.ts";
import { readBody } from "./request-body.ts";
import { clearSessionCookie, hashToken, newToken, readSessionToken, setSessionCookie } from "./session-cookie.ts";

/** Ways in that need no session. */
export function addSignInRoutes(app: Hono<App>): void {
  app.post("/api/session", async (c) => {
    const token = readSessionToken(c);
    const fresh = newToken();
    const body = await readBody(c, SignInBody);
    const address = addressOf(c);
    const outcome = await directory(c).signIn({
      name: foldDisplayName(body.name),
      fresh: await hashToken(fresh),
      isAdmitted: await isRightCode(body.accessCode, c.env.ACCESS_CODE),
      ...(token !== undefined && { session: await hashToken(token) }),
      ...(address !== undefined && { address }),
    });
    if (outcome.kind === "refused") return problem(outcome.refusal);
    if (outcome.kind === "created") setSessionCookie(c, fresh);
    return c.json(sessionOf(outcome), outcome.kind === "created" ? 201 : 200);
  });

  app.post("/api/session/redeem", async (c) => {
    const token = readSessionToken(c);
    const fresh = newToken();
    const body = await readBody(c, RedeemBody);
    const address = addressOf(c);
    const outcome = await directory(c).redeem({
      link: await hashToken(body.token),
      fresh: await hashToken(fresh),
      ...(token !== undefined && { session: await hashToken(token) }),
      ...(address !== undefined && { address }),
    });
    if (outcome.kind === "refused") return problem(outcome.refusal);
    setSessionCookie(c, fresh);
    return c.json(sessionOf(outcome));
  });
}

export function addSessionRoutes(app: Hono<App>): void {
  app
    .get("/api/session", (c) => c.json(sessionOf(c.var.checked.sessionIdentity)))
    .delete(async (c) => {
      await directory(c).signOut(c.var.checked.sessionIdentity.session);
      clearSessionCookie(c);
      return c.body(null, 204);
    })
    .all(only("GET", "HEAD", "POST", "DELETE"));

  app
    .post("/api/session/links", async (c) => {
      const token = newToken();
      const expiresAt = await directory(c).addLink(c.var.checked.sessionIdentity.session, await hashToken(token));
      if (expiresAt === undefined) refuse("unauthorized", "Sign in first.");
      return c.json({ url: `${new URL(c.req.url).origin}/#link=${token}`, expiresAt }, 201);
    })
    .all(only("POST"));

  app.all("/api/session/redeem", only("POST"));

  app
    .post("/api/session/owner", async (c) => {
      const { code } = await readBody(c, OwnerBody);
      const isRight = Boolean(c.env.OWNER_CODE) && (await isRightCode(code, c.env.OWNER_CODE));
      const outcome = await directory(c).becomeOwner(c.var.checked.sessionIdentity.session, isRight, addressOf(c));
      if (outcome.kind === "refused") return problem(outcome.refusal);
      return c.json(sessionOf(outcome));
    })
    .all(only("POST"));

  app
    .get("/api/session/devices", async (c) =>
      c.json({ devices: await directory(c).countDevices(c.var.checked.sessionIdentity.person.id) }),
    )
    .all(only("GET", "HEAD"));
}

/** Who one is, and that one is an owner of the site if so. */
function sessionOf({ person, isOwner }: { readonly person: Person; readonly isOwner: boolean }) {
  return isOwner ? { person, owner: true } : { person };
}

/** Compared as digests, so that the time it takes tells nothing about the code. */
async function isRightCode(given: string | undefined, code: string | undefined): Promise<boolean> {
  return !code || (await hashToken(given ?? "")) === (await hashToken(code));
}
