/** An error answer: HTTP status, JSON code and message. Source: Discord docs, Opcodes and Status Codes. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: number,
    message: string,
    extra: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.extra = extra;
    this.headers = headers;
  }

  body(): Record<string, unknown> {
    return { message: this.message, code: this.code, ...this.extra };
  }
}

/** The refusals of the platform, in its words. */
export const refuse = {
  unauthorized: () => new ApiError(401, 0, '401: Unauthorized'),
  notFound: () => new ApiError(404, 0, '404: Not Found'),
  unknownApplication: () => new ApiError(404, 10002, 'Unknown Application'),
  unknownChannel: () => new ApiError(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new ApiError(404, 10004, 'Unknown Guild'),
  unknownMember: () => new ApiError(404, 10007, 'Unknown Member'),
  unknownMessage: () => new ApiError(404, 10008, 'Unknown Message'),
  unknownUser: () => new ApiError(404, 10013, 'Unknown User'),
  unknownWebhook: () => new ApiError(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new ApiError(404, 10062, 'Unknown interaction'),
  unknownScheduledEvent: () => new ApiError(404, 10070, 'Unknown Guild Scheduled Event'),
  unknownCommand: () => new ApiError(404, 10063, 'Unknown application command'),
  notThisApplication: () =>
    new ApiError(403, 20012, 'You are not authorized to perform this action on this application'),
  tooManyCommands: (max: number) =>
    new ApiError(400, 30032, `Maximum number of application commands reached (${max})`),
  tooManyCommandCreates: (max: number) =>
    new ApiError(400, 30034, `Max number of daily application command creates has been reached (${max})`),
  tooManyEvents: (max: number) =>
    new ApiError(400, 30038, `Maximum number of uncompleted guild scheduled events reached (${max})`),
  dmsTooFast: () => new ApiError(403, 40003, 'You are opening direct messages too fast'),
  alreadyAcknowledged: () => new ApiError(400, 40060, 'Interaction has already been acknowledged.'),
  missingAccess: () => new ApiError(403, 50001, 'Missing Access'),
  notTheAuthor: () => new ApiError(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new ApiError(400, 50006, 'Cannot send an empty message'),
  cannotMessageUser: () => new ApiError(403, 50007, 'Cannot send messages to this user'),
  /** Refused when the channel is opened, this is no 403. Source: discord/discord-api-docs issue 1905. */
  cannotOpenDm: () => new ApiError(400, 50007, 'Cannot send messages to this user'),
  missingPermissions: () => new ApiError(403, 50013, 'Missing Permissions'),
  invalidWebhookToken: () => new ApiError(401, 50027, 'Invalid Webhook Token'),
  invalidRecipient: () => new ApiError(400, 50033, 'Invalid Recipient(s)'),
  invalidJson: () => new ApiError(400, 50109, 'The request body contains invalid JSON.'),
  noMutualGuilds: () =>
    new ApiError(403, 50278, 'Cannot send messages to this user due to having no mutual guilds'),
  finishedEvent: () => new ApiError(400, 180000, 'Cannot update a finished event'),
};
