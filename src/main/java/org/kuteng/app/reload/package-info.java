/** Route files that are edited while their routes run: what has changed, and how it is swapped. */
package org.kuteng.app.reload;
