/** What is asked of the server and changes nothing in this tab by itself: what follows from it comes on the sockets. */
import type { api as httpApi } from "../network/api.ts";

export function createRequests(api: typeof httpApi) {
  return {
    devices: api.devices,
    makeLink: api.link,
    endDevice: api.endDevice,
    makeRecoveryCode: api.makeRecoveryCode,
    removePerson: api.removePerson,
    changeChannel: api.changeChannel,
    deleteChannel: api.deleteChannel,
    pin: api.pin,
    unpin: api.unpin,
    members: api.members,
    addMember: api.addMember,
    removeMember: api.removeMember,
  };
}
