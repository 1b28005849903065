/**
 * Sign-in, sign-out, device links and ownership.
 */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { SignedIn } from "../people/rpc.ts";
import { hexDigest } from "../platform/digest.ts";
import { shardStub } from "../platform/objects.ts";
import { randomId } from "../platform/random-id.ts";
import { shardOf, withShard } from "../platform/shard-id.ts";
import { OwnerBody, RedeemBody, SignInBody } from "../protocol/commands.ts";
import { foldDisplayName } from "../protocol/names.ts";
import type { Person } from "../protocol/things.ts";
import {
  type App,
  accepted,
  addressOf,
  continentOf,
  directory,
  logFailure,
  only,
  ownerKeyOf,
  ownShard,
  RefusedRequest,
  reject,
  shardFor,
} from "./context.ts";
import { deviceLabel } from "./device-label.ts";
import { acceptInvite, holdInvite, joinInvited } from "./invites.ts";
import { inGroups, newRecoveryCode, readRecoveryCode, shardOfRecoveryCode } from "./recovery-code.ts";
import { readBody } from "./request-body.ts";
import {
  clearSessionCookie,
  newSecret,
  newSessionCookie,
  readSessionCookie,
  sessionKeyOf,
  setSessionCookie,
} from "./session-cookie.ts";

const CODE_UNKNOWN = "No one here has this recovery code. Check every character, or use your newest code.";
const LINK_EXPIRED = "This link was already used, or it's more than ten minutes old.";

/** Ways in that need no session. */
export function addSignInRoutes(app: Hono<App>): void {
  app.post("/api/session", async (c) => {
    const body = await readBody(c, SignInBody);
    const held = await heldSession(c);
    if (!held && body.invite !== undefined) return c.json(await beginInvited(c, body.name, body.invite), 201);
    const folded = foldDisplayName(body.name);
    if (!folded.ok) reject("invalid_name", folded.reason);
    if (held) {
      c.set("session", await sessionKeyOf(held.cookie));
      const channel = body.invite === undefined ? undefined : await acceptInvite(c, body.invite);
      return c.json({ ...answerOf(await rename(c, held, folded.name)), ...(channel && { channel }) });
    }
    const isAdmitted = await isRightCode(body.accessCode, c.env.ACCESS_CODE);
    return c.json(answerOf(await begin(c, folded.name, isAdmitted)), 201);
  });

  app.post("/api/session/redeem", async (c) => {
    const { token } = await readBody(c, RedeemBody);
    const held = readSessionCookie(c);
    const signedIn = await redeem(c, token);
    // For the person who was here before it is a sign-out. Theirs may be the same person: the new session is there by now.
    if (held !== undefined) await signOut(c, held).catch(logFailure); // it lives on until it is not used any more
    return c.json(answerOf(signedIn));
  });
}

export function addSessionRoutes(app: Hono<App>): void {
  app
    .get("/api/session", (c) => c.json(answerOf(c.var.checked.auth)))
    .delete(async (c) => {
      await ownShard(c).signOut(c.var.session);
      clearSessionCookie(c);
      return c.body(null, 204);
    })
    .all(only("GET", "HEAD", "POST", "DELETE"));

  app
    .post("/api/session/links", async (c) => {
      const token = withShard(shardOf(c.var.session.personId) ?? 0, newSecret());
      const { expiresAt } = accepted(await ownShard(c).addLink(c.var.session, await hexDigest(token)));
      return c.json({ url: `${new URL(c.req.url).origin}/#link=${token}`, expiresAt }, 201);
    })
    .all(only("POST"));

  app.all("/api/session/redeem", only("POST"));

  app.post("/api/session/owner", async (c) => {
    const { code } = await readBody(c, OwnerBody);
    const isRight = Boolean(c.env.OWNER_CODE) && (await isRightCode(code, c.env.OWNER_CODE));
    const address = addressOf(c);
    const limited = await directory(c).failureError(address);
    if (limited) accepted(limited);
    if (!isRight) {
      await directory(c).countFailedSignIn(address);
      reject("forbidden", "That's not the owner code.");
    }
    const ownerKey = await ownerKeyOf(c.env);
    return c.json(answerOf(accepted(await ownShard(c).becomeOwner(c.var.session, ownerKey))));
  });

  app
    .get("/api/session/devices", async (c) => {
      return c.json({ devices: await ownShard(c).devices(c.var.session) });
    })
    .all(only("GET", "HEAD"));

  app
    .delete("/api/session/devices/:id", async (c) => {
      accepted(await ownShard(c).endDevice(c.var.session, c.req.param("id")));
      return c.body(null, 204);
    })
    .all(only("DELETE"));

  app
    .post("/api/session/recovery", async (c) => {
      const code = newRecoveryCode(shardOf(c.var.session.personId) ?? 0);
      accepted(await ownShard(c).setRecovery(c.var.session, await hexDigest(code)));
      return c.json({ code: inGroups(code) }, 201);
    })
    .delete(async (c) => {
      accepted(await ownShard(c).setRecovery(c.var.session, undefined));
      return c.body(null, 204);
    })
    .all(only("POST", "DELETE"));
}

/** A new person: the directory grants the name and says which shard has room, then the shard makes the person. */
async function begin(c: Context<App>, name: string, isAdmitted: boolean): Promise<SignedIn> {
  const address = addressOf(c);
  const continent = continentOf(c);
  const claimant = { nonce: randomId(16) };
  const claim = {
    name,
    claimant,
    isAdmitted,
    ...(address !== undefined && { address }),
    ...(continent !== undefined && { continent }),
  };
  const { personId, claimedAt } = accepted(await directory(c).claimName(claim));
  const cookie = newSessionCookie(personId);
  const { session } = await sessionKeyOf(cookie);
  const shard = shardStub(c.env, shardOf(personId) ?? 0, continent);
  try {
    const signedIn = accepted(await shard.createPerson({ id: personId, name }, deviceOf(c, session), claimedAt));
    setSessionCookie(c, cookie);
    c.set("session", { personId, session });
    return signedIn;
  } catch (error) {
    // So that the next try does not meet this claim.
    await directory(c).releaseName(personId, name, claimedAt).catch(logFailure);
    throw error;
  }
}

/** A new person by an invite, which is judged before the name. Its place is given back where the sign-in fails. */
async function beginInvited(c: Context<App>, name: string, token: string) {
  const held = await tried(c, () => holdInvite(c, token, randomId(16)));
  let signedIn: SignedIn;
  try {
    const folded = foldDisplayName(name);
    if (!folded.ok) reject("invalid_name", folded.reason);
    signedIn = await begin(c, folded.name, true);
  } catch (error) {
    await held.giveBack().catch(logFailure);
    throw error;
  }
  // The person is there in any case, and can ask for another invite.
  const channel = await joinInvited(c, held.invite).catch(logFailure);
  return { ...answerOf(signedIn), ...(channel && { channel }) };
}

/** What shows a secret: an address that guessed too often is refused, and a wrong one counts. */
async function tried<T>(c: Context<App>, act: () => Promise<T>): Promise<T> {
  const address = addressOf(c);
  const refused = await directory(c).signInError(address);
  if (refused) accepted(refused);
  try {
    return await act();
  } catch (error) {
    const isWrong = error instanceof RefusedRequest && error.refusal.code === "link_expired";
    if (isWrong) await directory(c).countFailedSignIn(address);
    throw error;
  }
}

/** Another name for the person whose session came along: the directory grants it, then their shard takes it. */
async function rename(c: Context<App>, held: Held, name: string): Promise<SignedIn | Held> {
  if (held.person.name === name) return held;
  const address = addressOf(c);
  const claimant = { personId: held.person.id };
  const claim = { name, claimant, isAdmitted: true, ...(address !== undefined && { address }) };
  const { claimedAt } = accepted(await directory(c).claimName(claim));
  const key = await sessionKeyOf(held.cookie);
  return accepted(await shardFor(c, key.personId).rename(key, name, claimedAt));
}

/** A further session for the person whose link or code it is. */
async function redeem(c: Context<App>, token: string): Promise<SignedIn> {
  const code = readRecoveryCode(token);
  const number = code ? shardOfRecoveryCode(code) : shardOf(token);
  const hash = await hexDigest(code ?? token);
  const shard = number === undefined ? undefined : shardStub(c.env, number);
  const { cookie, signedIn } = await tried(c, async () => {
    const personId = await shard?.linkOwner(hash);
    if (!shard || personId === undefined) reject("link_expired", code ? CODE_UNKNOWN : LINK_EXPIRED);
    const made = newSessionCookie(personId);
    const { session } = await sessionKeyOf(made);
    return { cookie: made, signedIn: accepted(await shard.redeem(hash, personId, deviceOf(c, session))) };
  });
  await directory(c).countSignIn(addressOf(c));
  setSessionCookie(c, cookie);
  return signedIn;
}

/** A session that came along and is alive. */
type Held = { readonly person: Person; readonly isOwner: boolean; readonly cookie: string };

async function heldSession(c: Context<App>): Promise<Held | undefined> {
  const cookie = readSessionCookie(c);
  if (cookie === undefined) return undefined;
  const key = await sessionKeyOf(cookie);
  const checked = await shardFor(c, key.personId).check({ ...key, ownerKey: await ownerKeyOf(c.env), mayRenew: false });
  return checked && { person: checked.auth.person, isOwner: checked.auth.isOwner, cookie };
}

async function signOut(c: Context<App>, cookie: string): Promise<void> {
  const key = await sessionKeyOf(cookie);
  await shardFor(c, key.personId).signOut(key);
}

/** A new session, with what its device is called and the address it comes from. */
function deviceOf(c: Context<App>, session: string) {
  const address = addressOf(c);
  return { session, label: deviceLabel(c.req.header("User-Agent")), ...(address !== undefined && { address }) };
}

/** Who one is, and that one is an owner of the site if so. */
function answerOf({ person, isOwner }: { readonly person: Person; readonly isOwner: boolean }) {
  return isOwner ? { person, owner: true } : { person };
}

/** Compared as digests, so that the time it takes tells nothing about the code. */
async function isRightCode(given: string | undefined, code: string | undefined): Promise<boolean> {
  return !code || (await hexDigest(given ?? "")) === (await hexDigest(code));
}
