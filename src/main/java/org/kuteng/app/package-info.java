/** How the Camel context is put together: settings, route files, the application from start to stop. */
package org.kuteng.app;
