// SPDX-License-Identifier: MIT
// A module of the assets folder that imports another one.
import {quoted} from './quoted.mjs';

window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.module = {say: value => `Module says ${quoted(value)}`};
