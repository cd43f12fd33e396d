import { render } from 'preact';
import { readAddress } from './address.ts';
import { App } from './app.tsx';
import { Sandbox } from './sandbox.ts';
import './messages/skins.ts';
import './style.css';
import './panels.css';
import './messages/messages.css';
import './box/box.css';

const root = document.getElementById('app');
if (root) render(<App sandbox={new Sandbox(readAddress(location.hash))} />, root);
