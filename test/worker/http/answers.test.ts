/** What the server answers is what its clients read: every answer holds against the schema that the browser parses it with. */
import * as v from "valibot";
import { expect, test } from "vitest";
import * as answers from "../../../worker/protocol/answers.ts";
import * as occasional from "../../../worker/protocol/occasional-answers.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { arrive, freshName, path } from "../people.ts";

test("each answer is read by the browser's schema of it", async () => {
  const name = freshName();
  const [ada, bea] = await Promise.all([arrive(`Ada ${name}`), arrive(`Bea ${name}`)]);
  const site = { OWNER_CODE: "the code" };
  await ada.ask("POST", "/api/session/owner", { body: { code: site.OWNER_CODE } }, site);
  const asBody = { body: { name, private: true, topic: "plans", members: [bea.person.id] } };
  const made: Channel = await (await ada.ask("POST", "/api/channels", asBody)).json();
  const { id: messageId } = await ada.post(made.id, "hello");
  const route = path(made.id);
  await bea.ask("POST", `${route}/messages/${messageId}/report`, { body: { reason: "loud" } });
  await ada.ask("DELETE", `/api/people/${(await arrive(`Mal ${name}`)).person.id}`, { body: { banHours: 1 } });

  const read = async (schema: v.GenericSchema, method: string, url: string, body?: unknown) => {
    const response = await ada.ask(method, url, body === undefined ? {} : { body });
    const parsed = v.safeParse(schema, await response.json());
    expect([url, parsed.issues?.map(({ message }) => message)]).toEqual([url, undefined]);
  };
  await read(answers.SiteAnswer, "GET", "/api/site");
  await read(answers.SessionAnswer, "GET", "/api/session");
  await read(answers.ChannelsAnswer, "GET", "/api/channels");
  await read(answers.WindowAnswer, "GET", `${route}/messages`);
  await read(answers.OnlinePeopleAnswer, "GET", `/api/people?q=${name}`);
  await read(answers.PeopleAnswer, "GET", `/api/people?ids=${bea.person.id}`);
  await read(answers.ProblemAnswer, "GET", "/api/channels/nowhere/messages");
  await read(occasional.PinsAnswer, "POST", `${route}/pins`, { messageId });
  await read(occasional.MembersAnswer, "GET", `${route}/members`);
  await read(occasional.InviteAnswer, "POST", "/api/invites", { channel: made.id });
  await read(occasional.DevicesAnswer, "GET", "/api/session/devices");
  await read(occasional.LinkAnswer, "POST", "/api/session/links");
  await read(occasional.RecoveryAnswer, "POST", "/api/session/recovery");
  await read(occasional.ReportsAnswer, "GET", "/api/reports");
  await read(occasional.BansAnswer, "GET", "/api/bans");
  await read(occasional.AdminAnswer, "GET", "/api/admin");

  const { url }: { url: string } = await (await ada.ask("POST", "/api/invites", { body: { channel: made.id } })).json();
  const token = /#invite=(.+)$/.exec(url)?.[1];
  const taken = await (await arrive(`Cem ${name}`)).ask("POST", "/api/invites/accept", { body: { token } });
  expect(v.parse(occasional.InviteTakenAnswer, await taken.json()).channel?.id).toBe(made.id);
});
