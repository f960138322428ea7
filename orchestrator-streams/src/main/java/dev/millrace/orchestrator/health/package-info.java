/** Whether a process lives, has started and is ready, for those who restart it or send it work. */
@NullMarked
package dev.millrace.orchestrator.health;

import org.jspecify.annotations.NullMarked;
