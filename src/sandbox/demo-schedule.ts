import { answerTo, type Scene, say, show, step, until } from './demo-scene.ts';
import type { User } from './discord/entities.ts';
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
  const { speedgaming, discord } = place;
  const [ada, ben] = ['Ada', 'Ben'].map((name) => {
    const user = discord.world.addUser({ username: name.toLowerCase(), globalName: name });
    discord.world.addMember(place.guild, user);
    return user;
  }) as [User, User];
  const inbox = () => discord.person(ada.id).inbox();
  const player = (user: User) => ({
    displayName: user.globalName ?? user.username,
    discordId: user.id,
  });
  speedgaming.world.addEvent({ slug: SLUG, name: 'Autumn Cup' });
  const players = [player(ada), player(ben)];
  const inHours = (hours: number) => new Date(Math.ceil(Date.now() / HOUR) * HOUR + hours * HOUR);
  speedgaming.world.addEpisode(SLUG, { when: inHours(20), players, matchTitle: 'Quarter-final' });

  step('An organiser links a schedule at SpeedGaming');
  const link = { name: 'tournament', group: 'link', subcommand: 'speedgaming', options: { slug: SLUG } };
  show(scene, await answerTo(scene, link, /Autumn Cup/));
  show(scene, await until(scene, /coming up/));
  const settings = { tournament: 'Autumn Cup', dm: 'everyone' };
  show(
    scene,
    await answerTo(scene, { name: 'tournament', subcommand: 'settings', options: settings }, /Autumn Cup/),
  );

  step('A match is put on the schedule there. Herald reads it every five minutes; here, every two seconds');
  const { id } = speedgaming.world.addEpisode(SLUG, { when: inHours(44), players, matchTitle: 'Semi-final' });
  show(scene, await until(scene, /Scheduled/));
  const told = async (headline: string) =>
    (await discord.waitFor(() => inbox().find(({ embeds }) => embeds[0]?.title === headline), {
      timeoutMs: 60_000,
      what: `“${headline}”`,
    })) as Message;
  say(`   … and in ${ada.globalName}'s direct messages:`);
  show(scene, await told('Match scheduled'));

  step('It is moved');
  speedgaming.world.reschedule(id, inHours(46));
  show(scene, await told('Match moved'));
  const startsAt = inHours(46).getTime();
  const event = await discord.waitFor(
    () => discord.events(place.guild).find((each) => each.startsAt === startsAt),
    { timeoutMs: 30_000, what: 'the moved event' },
  );
  say('   The announcement is edited, and so is the Discord event:');
  show(scene, await until(scene, new RegExp(`<t:${startsAt / 1000}:F>`)));
  say(`   Event: ${event.name}, ${new Date(event.startsAt).toUTCString()}, ${event.location}`);
}
