/**
 * The HTTP step: calls services, and only those that its egress policy allows. Knows the API of
 * workers, not their internals.
 */
@NullMarked
package dev.millrace.worker.http;

import org.jspecify.annotations.NullMarked;
