import { answerTo, type Scene, say, show, step, until } from './demo-scene.ts';
import type { Message } from './discord/messages.ts';

const HOUR = 3_600_000;
const SLUG = 'autumncup';

/** What the demo's bot is set to: schedules are read every five minutes as a rule. */
export const SCHEDULE_ENV = {
  SYNC_SCHEDULE: '*/2 * * * * *',
  SPEEDGAMING_SECONDS_PER_SLUG: '2',
  DM_SECONDS_PER_NEW_CHANNEL: '1',
};

/** Links a schedule, and shows what players get when a match of theirs is new, and when it moves. */
export async function followSchedule(scene: Scene): Promise<void> {
  const { place } = scene;
  const { speedgaming, discord, member } = place;
  const [ada, ben] = [member.user, discord.world.addUser({ username: 'ben', globalName: 'Ben' })];
  discord.world.addMember(place.guild, ben);
  const player = (user: typeof ada) => ({
    displayName: user.globalName ?? user.username,
    discordId: user.id,
  });
  speedgaming.world.addEvent({ slug: SLUG, name: 'Autumn Cup' });
  const players = [player(ada), player(ben)];
  const inHours = (hours: number) => new Date(Math.ceil(Date.now() / HOUR) * HOUR + hours * HOUR);
  speedgaming.world.addEpisode(SLUG, { when: inHours(20), players, matchTitle: 'Quarter-final' });

  step('An organiser links a schedule at SpeedGaming');
  const link = { name: 'tournament', group: 'link', subcommand: 'speedgaming', options: { slug: SLUG } };
  show(await answerTo(scene, link, /Autumn Cup/));
  show(await until(scene, /coming up/));
  const settings = { tournament: 'Autumn Cup', dm: 'everyone' };
  show(
    await answerTo(scene, { name: 'tournament', subcommand: 'settings', options: settings }, /Autumn Cup/),
  );

  step('A match is put on the schedule there. Herald reads it every five minutes; here, every two seconds');
  const { id } = speedgaming.world.addEpisode(SLUG, { when: inHours(44), players, matchTitle: 'Semi-final' });
  show(await until(scene, /Scheduled/));
  const told = async (headline: string) =>
    (await discord.waitFor(() => member.inbox().find(({ embeds }) => embeds[0]?.title === headline), {
      timeoutMs: 60_000,
      what: `“${headline}”`,
    })) as Message;
  say(`   … and in ${ada.globalName}'s direct messages:`);
  show(await told('Match scheduled'));

  step('It is moved');
  speedgaming.world.reschedule(id, inHours(46));
  show(await told('Match moved'));
  say('   The announcement and the Discord event follow; nobody is told twice.');
  const [event] = discord.events(place.guild).filter(({ name }) => name.includes('Semi-final'));
  if (event) say(`   Events: ${event.name}, ${new Date(event.startsAt).toISOString()}, ${event.location}`);
}
