/** The entry: the front door, and the objects behind it. */
import { app } from "./http/app.ts";

export { Channel } from "./channel/channel.ts";
export { Directory } from "./directory/directory.ts";

export default app;
