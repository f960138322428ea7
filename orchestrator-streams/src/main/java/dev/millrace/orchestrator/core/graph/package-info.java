/**
 * A workflow definition compiled to integers: steps by index, dependencies as adjacency arrays.
 * Imports nothing but the JDK.
 */
@NullMarked
package dev.millrace.orchestrator.core.graph;

import org.jspecify.annotations.NullMarked;
