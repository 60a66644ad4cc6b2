// SPDX-License-Identifier: MIT
// Dash's dev tools as a person sees them.
import {shows} from './browser.mjs';

/// For tests of other things than reloading.
export const debugging = ['--debug', '--no-dev-tools-hot-reload'];

/// Waits until the menu counts just as many errors.
export const countsErrors = (page, count) => shows(page, '.test-devtools-error-count', `${count}`);

/// The errors' titles, newest first.
export const titles = page => page.$$eval('.dash-fe-error__title',
  elements => elements.map(element => element.textContent));

/// Unfolds the error at `index` and resolves with what it says.
export async function details(page, index = 0) {
  await page.locator('.test-devtools-error-toggle').nth(index).click();
  const text = await page.locator('.dash-backend-error').first().textContent();
  await page.locator('.test-devtools-error-toggle').nth(index).click();
  return text;
}

/// The document that the server sent for the error at `index`, newest first.
export const serverError = (page, index = 0) =>
  page.evaluate(at => window.store.getState().error.backEnd[at].error.html, index);

/// Takes what dev tools repeat in the console, refused properties and answers of status 500 from
/// the page's problems; the test has looked at the errors themselves.
export function expectErrors(page) {
  page.problems = page.problems.filter(problem =>
    !/^(console|500): |^exception: Error: Invalid argument /.test(problem));
}
