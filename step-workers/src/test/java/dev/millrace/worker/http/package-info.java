/** Tests of the HTTP step against real servers, well-behaved and not. */
@NullMarked
package dev.millrace.worker.http;

import org.jspecify.annotations.NullMarked;
