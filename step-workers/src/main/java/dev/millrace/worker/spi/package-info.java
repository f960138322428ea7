/** What others plug into workers: decorators of handlers, and handlers that come in jars. */
@NullMarked
package dev.millrace.worker.spi;

import org.jspecify.annotations.NullMarked;
