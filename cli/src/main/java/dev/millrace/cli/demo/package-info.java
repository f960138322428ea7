/** The demo: a week of earthquakes, one workflow each, on a dev server of its own. */
@NullMarked
package dev.millrace.cli.demo;

import org.jspecify.annotations.NullMarked;
