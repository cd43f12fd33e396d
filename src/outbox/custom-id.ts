/** The longest custom id that Discord takes (Discord docs, Component Reference). */
export const CUSTOM_ID_LENGTH = 100;

/** A button's custom id taken apart: who handles it, what it does, and with what. */
export type ParsedCustomId = { owner: string; action: string; args: string[] };

/**
 * Joins a custom id: `owner:action:argument:…`. The owner is the name of the command whose handlers answer.
 *
 * @throws RangeError when it would be longer than Discord allows
 */
export function customId(owner: string, action: string, ...args: (string | number)[]): string {
  const id = [owner, action, ...args].join(':');
  if (id.length > CUSTOM_ID_LENGTH) throw new RangeError(`custom id too long: ${id}`);
  return id;
}

/** Takes a custom id apart; undefined when Herald did not make it. */
export function parseCustomId(id: string): ParsedCustomId | undefined {
  const [owner, action, ...args] = id.split(':');
  return owner && action ? { owner, action, args } : undefined;
}

/** A button of a live message: `kind:action:subject:liveId`. The message is found again in its channel by this id. */
export function liveButtonId(kind: string, action: string, subject: string, liveId: string): string {
  return customId(kind, action, subject, liveId);
}

/** Whether a button belongs to this live message. */
export function isButtonOf(id: string, live: { kind: string; subject: string; id: string }): boolean {
  const parsed = parseCustomId(id);
  return (
    parsed?.owner === live.kind &&
    parsed.args.length === 2 &&
    parsed.args.join(':') === `${live.subject}:${live.id}`
  );
}

/** A button that turns the pages of a list about something: `kind:action:subject:liveId:page`. */
export function pageButtonId(
  kind: string,
  action: string,
  subject: string,
  liveId: string,
  page: number,
): string {
  return customId(kind, action, subject, liveId, page);
}

/** The button under a message to a person that ends such messages. */
export function stopButtonId(notificationId: string): string {
  return customId('notifications', 'off', notificationId);
}

/** The button under an announcement that asks for direct messages. */
export function startButtonId(matchId: string): string {
  return customId('notifications', 'on', matchId);
}

/** The same under an announcement of many matches; `liveId` is the row of the message that it is under. */
export function startAllButtonId(liveId: string): string {
  return customId('notifications', 'on', `live-${liveId}`);
}

/** The button that shows a match; `messageId` is the row of the message that it is under. */
export function showMatchButtonId(matchId: string, messageId: string): string {
  return customId('match', 'show', matchId, messageId);
}

/** The button with which an organiser says that a claimant is right. */
export function approveButtonId(claimId: number): string {
  return customId('person', 'approve', claimId);
}

/** The button with which an organiser says that a claimant is wrong. */
export function refuseButtonId(claimId: number): string {
  return customId('person', 'refuse', claimId);
}
