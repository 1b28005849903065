/** What producers send to hooks, made after their documentation, and the message that is expected of it. */

export type Case = {
  readonly producer: string;
  readonly path: "" | "/discord" | "/github";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `""`: it is taken, and says nothing. */
  readonly text: string;
  /** What stands after the hook's own name. */
  readonly username?: string;
};

const repository = { full_name: "acme/website", html_url: "https://github.example/acme/website" };
const sender = { login: "ada" };
const github = (event: string, body: object, text: string): Case => ({
  producer: `GitHub ${event}`,
  path: "/github",
  headers: { "X-GitHub-Event": event },
  body: { repository, sender, ...body },
  text,
});
const WHERE = "[acme/website](https://github.example/acme/website): ";
const issue = { number: 7, title: "Login fails", html_url: "https://github.example/acme/website/issues/7" };
const pull = { number: 8, title: "Fix *login*", html_url: "https://github.example/acme/website/pull/8" };
const commit = (n: number) => ({
  id: `${n}a1b2c3d4e5f`,
  message: `Change ${n}\n\nWhy it was made`,
  url: `https://github.example/acme/website/commit/${n}`,
});

export const CASES: readonly Case[] = [
  {
    producer: "Alertmanager",
    path: "",
    body: {
      channel: "#alerts",
      username: "Alertmanager",
      attachments: [
        {
          title: "[FIRING:1] HighLatency (api)",
          title_link: "http://alerts.example/#/alerts",
          text: "p99 is *2.1 s*",
          fallback: "[FIRING:1] HighLatency",
          color: "danger",
          mrkdwn_in: ["fallback", "pretext", "text"],
        },
      ],
    },
    text: "🔴 **[[FIRING:1] HighLatency (api)](http://alerts.example/#/alerts)**\np99 is **2.1 s**",
    username: "Alertmanager",
  },
  {
    producer: "Grafana",
    path: "",
    body: {
      text: null,
      username: "Grafana",
      attachments: [
        {
          color: "#D63232",
          title: "CPU alert",
          title_link: "https://grafana.example/alerting/1",
          text: "",
          fields: [
            { title: "value", value: 93.5, short: true },
            { title: "host", value: "web_1" },
          ],
          footer: "Grafana v11",
        },
      ],
    },
    text: "🔴 **[CPU alert](https://grafana.example/alerting/1)**\n**value**: 93.5\n**host**: web_1\nGrafana v11",
    username: "Grafana",
  },
  {
    producer: "Gitea",
    path: "",
    body: {
      channel: "#dev",
      text: "[<https://git.example/acme/api|acme/api>:<https://git.example/acme/api/src/branch/main|main>] 1 new commit pushed by <https://git.example/bea|bea>",
      username: "gitea",
      attachments: [{ color: "#ff0000", text: "<https://git.example/acme/api/commit/1a2b|1a2b>: Add retries - bea" }],
    },
    text: "[[acme/api](https://git.example/acme/api):[main](https://git.example/acme/api/src/branch/main)] 1 new commit pushed by [bea](https://git.example/bea)\n\n🔴 [1a2b](https://git.example/acme/api/commit/1a2b): Add retries - bea",
    username: "gitea",
  },
  {
    producer: "Uptime Kuma",
    path: "",
    body: {
      text: "[🔴 Down] shop",
      username: "Uptime Kuma",
      attachments: [
        {
          color: "#e01e5a",
          blocks: [
            { type: "header", text: { type: "plain_text", text: "Uptime Kuma Alert" } },
            {
              type: "section",
              fields: [
                { type: "mrkdwn", text: "*Message*\nconnect ECONNREFUSED" },
                { type: "mrkdwn", text: "*Time (UTC)*\n2026-11-26 10:00:00" },
              ],
            },
            {
              type: "actions",
              elements: [{ type: "button", text: { type: "plain_text", text: "Visit" }, url: "https://kuma.example" }],
            },
          ],
        },
      ],
    },
    text: "[🔴 Down] shop\n\n🔴 **Uptime Kuma Alert**\n\n**Message**\nconnect ECONNREFUSED\n**Time (UTC)**\n2026-11-26 10:00:00\n\n[Visit](https://kuma.example)",
    username: "Uptime Kuma",
  },
  {
    producer: "Sentry",
    path: "",
    body: {
      text: "TypeError in checkout",
      blocks: [
        {
          type: "section",
          text: { type: "mrkdwn", text: "*<https://sentry.example/1|TypeError>*\n`cart.total is not a function`" },
        },
        {
          type: "context",
          elements: [
            { type: "mrkdwn", text: "project: web" },
            { type: "plain_text", text: "level: error" },
          ],
        },
        { type: "divider" },
      ],
    },
    text: "**[TypeError](https://sentry.example/1)**\n`cart.total is not a function`\n\nproject: web · level: error\n\n———",
  },
  {
    producer: "GitLab",
    path: "",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: `payload=${encodeURIComponent(
      JSON.stringify({
        text: "Ada pushed to branch <https://gitlab.example/a/b/commits/main|main> of <https://gitlab.example/a/b|A / B>",
        attachments: [{ text: "<https://gitlab.example/a/b/-/commit/9f|9f>: Ship &amp; tell - Ada", color: "#345" }],
        mrkdwn: true,
      }),
    )}`,
    text: "Ada pushed to branch [main](https://gitlab.example/a/b/commits/main) of [A / B](https://gitlab.example/a/b)\n\n[9f](https://gitlab.example/a/b/-/commit/9f): Ship & tell - Ada",
  },
  {
    producer: "Jenkins",
    path: "",
    body: {
      attachments: [
        {
          fallback: "api #12 failed",
          color: "danger",
          text: "api - #12 Failure after 2 min (<https://ci.example/job/api/12/|Open>)",
          fields: [],
        },
      ],
    },
    text: "🔴 api - #12 Failure after 2 min ([Open](https://ci.example/job/api/12/))",
  },
  {
    producer: "curl, JSON",
    path: "",
    body: { text: "*Done* in ~3~ _2_ minutes &lt;ok&gt;" },
    text: "**Done** in ~~3~~ _2_ minutes <ok>",
  },
  {
    producer: "curl, text",
    path: "",
    headers: { "Content-Type": "text/plain" },
    body: "Backup *done*\n",
    text: "Backup *done*",
  },
  {
    producer: "rich text",
    path: "",
    body: {
      blocks: [
        {
          type: "rich_text",
          elements: [
            {
              type: "rich_text_section",
              elements: [
                { type: "text", text: "Read " },
                { type: "link", url: "https://docs.example/a", text: "the [guide]" },
                { type: "text", text: " now ", style: { bold: true } },
                { type: "emoji", name: "tada" },
                { type: "broadcast", range: "here" },
              ],
            },
            {
              type: "rich_text_list",
              style: "ordered",
              elements: [
                { type: "rich_text_section", elements: [{ type: "text", text: "one" }] },
                { type: "rich_text_section", elements: [{ type: "text", text: "two", style: { code: true } }] },
              ],
            },
            { type: "rich_text_quote", elements: [{ type: "text", text: "said" }] },
            { type: "rich_text_preformatted", elements: [{ type: "text", text: "x = 1" }] },
          ],
        },
      ],
    },
    text: "Read [the [guide]](https://docs.example/a) **now** :tada:<!here>\n1. one\n1. `two`\n> said\n```\nx = 1\n```",
  },
  {
    producer: "Discord",
    path: "/discord",
    body: {
      content: "**Deploy** finished",
      username: "Captain",
      embeds: [
        {
          title: "v1.2.0",
          url: "https://releases.example/1.2.0",
          description: "All _green_",
          color: 3066993,
          author: { name: "Bea", url: "https://people.example/bea" },
          fields: [{ name: "Stage", value: "production", inline: true }],
          image: { url: "https://releases.example/1.png" },
          footer: { text: "took 40 s" },
        },
      ],
    },
    text: "**Deploy** finished\n\n[Bea](https://people.example/bea)\n**[v1.2.0](https://releases.example/1.2.0)**\nAll _green_\n**Stage**: production\n[🖼](https://releases.example/1.png)\ntook 40 s",
    username: "Captain",
  },
  github("ping", { zen: "Keep it simple." }, `${WHERE}GitHub is connected.`),
  github(
    "push",
    { ref: "refs/heads/main", compare: "https://github.example/c", commits: [1, 2, 3, 4, 5, 6, 7].map(commit) },
    `${WHERE}ada pushed [7 commits](https://github.example/c) to **main**\n${[1, 2, 3, 4, 5]
      .map((n) => `- [\`${n}a1b2c3\`](https://github.example/acme/website/commit/${n}) Change ${n}`)
      .join("\n")}\n- and 2 more`,
  ),
  github("push", { ref: "refs/tags/v1", created: true, commits: [] }, `${WHERE}ada created tag **v1**`),
  github("push", { ref: "refs/heads/old", deleted: true, commits: [] }, `${WHERE}ada deleted branch **old**`),
  github(
    "pull_request",
    { action: "opened", pull_request: pull },
    `${WHERE}ada opened pull request **[#8 Fix \\*login\\*](https://github.example/acme/website/pull/8)**`,
  ),
  github(
    "pull_request",
    { action: "closed", pull_request: { ...pull, merged: true } },
    `${WHERE}ada merged pull request **[#8 Fix \\*login\\*](https://github.example/acme/website/pull/8)**`,
  ),
  github("pull_request", { action: "labeled", pull_request: pull }, ""),
  github(
    "issues",
    { action: "opened", issue },
    `${WHERE}ada opened issue **[#7 Login fails](https://github.example/acme/website/issues/7)**`,
  ),
  github(
    "issue_comment",
    { action: "created", issue, comment: { html_url: "https://github.example/x", body: "Same here\nsince Monday" } },
    `${WHERE}ada [commented](https://github.example/x) on **[#7 Login fails](https://github.example/acme/website/issues/7)**\n> Same here\n> since Monday`,
  ),
  github(
    "release",
    { action: "published", release: { tag_name: "v2", name: "", html_url: "https://github.example/r" } },
    `${WHERE}ada released **[v2](https://github.example/r)**`,
  ),
  github(
    "workflow_run",
    {
      action: "completed",
      workflow_run: { name: "CI", conclusion: "failure", head_branch: "main", html_url: "https://github.example/w" },
    },
    `❌ ${WHERE}[CI](https://github.example/w) on main: failure`,
  ),
  github("star", { action: "created" }, ""),
];
