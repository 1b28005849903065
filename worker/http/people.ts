/**
 * People and the direct conversations with them.
 */

import type { Hono } from "hono/tiny";
import { problem } from "../platform/problem.ts";
import { NewDirectBody } from "../protocol/commands.ts";
import { PEOPLE_ASKED_MAX } from "../protocol/limits.ts";
import { type App, directory, only } from "./context.ts";
import { readBody } from "./request-body.ts";

export function addPeopleRoutes(app: Hono<App>): void {
  app
    .get("/api/people", async (c) => {
      const ids = c.req.queries("id")?.slice(0, PEOPLE_ASKED_MAX);
      const people = ids ? directory(c).peopleById(ids) : directory(c).searchPeople(c.req.query("q") ?? "");
      return c.json({ people: await people });
    })
    .all(only("GET", "HEAD"));

  app
    .delete("/api/people/:id", async (c) => {
      const refusal = await directory(c).removePerson(c.req.param("id"), c.var.checked.sessionIdentity.session);
      return refusal ? problem(refusal) : c.body(null, 204);
    })
    .all(only("DELETE"));

  app
    .post("/api/directs", async (c) => {
      const body = await readBody(c, NewDirectBody);
      const outcome = await directory(c).openDirect(c.var.checked.sessionIdentity.session, body.person);
      if (outcome.kind === "refused") return problem(outcome.refusal);
      return c.json(outcome.channel, outcome.kind === "created" ? 201 : 200);
    })
    .all(only("POST"));
}
