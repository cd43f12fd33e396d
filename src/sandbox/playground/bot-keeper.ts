import { Bot, type Env, runCli } from '../bot.ts';
import type { BotView } from './protocol.ts';

/** Keeps the bot: the real program as a process of its own, which can be killed and started again. */
export class BotKeeper {
  readonly #env: Env;
  readonly #changed: () => void;
  #bot: Bot | undefined;
  #killed: Bot | undefined;
  #state: BotView['state'] = 'stopped';
  kills = 0;
  /** When the last one that was killed was back at work, by this machine's clock. */
  backAt: number | undefined;

  /** @param changed is called whenever its state is another */
  constructor(env: Env, changed: () => void) {
    this.#env = env;
    this.#changed = changed;
  }

  get state(): BotView['state'] {
    return this.#state;
  }

  /** Registers the slash commands with Discord and starts the bot. @throws Error with what one of them says against it */
  async begin(): Promise<void> {
    await Promise.all([this.#deployCommands(), this.start()]);
  }

  /**
   * Starts it, unless it runs already, and waits until it works, or is killed.
   *
   * @throws Error with its log when it ends by itself before that
   */
  async start(): Promise<void> {
    if (this.#state !== 'stopped') return;
    const bot = new Bot(this.#env);
    this.#bot = bot;
    this.#is('starting');
    bot.process.once('exit', () => this.#bot === bot && this.#is('stopped'));
    try {
      await bot.ready();
    } catch (error) {
      if (this.#killed === bot) return;
      throw error;
    }
    if (this.kills > 0) this.backAt = Date.now();
    this.#is('running');
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.kills += 1;
    this.#killed = this.#bot;
    this.backAt = undefined;
    await this.#bot?.stop('SIGKILL');
  }

  /** Ends it as an operator does. */
  async stop(): Promise<void> {
    await this.#bot?.stop();
  }

  async #deployCommands(): Promise<void> {
    const { code, err } = await runCli(this.#env, ['commands', 'deploy']);
    if (code !== 0) throw new Error(`the commands could not be deployed:\n${err}`);
  }

  #is(state: BotView['state']): void {
    this.#state = state;
    this.#changed();
  }
}
