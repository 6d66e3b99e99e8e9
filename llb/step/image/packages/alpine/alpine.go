// Package alpine adds packages of Alpine and Wolfi to a base image, as apk would.
//
// It reads the index of each repository, chooses packages, unpacks them, and writes
// the database of installed packages. Install scripts are never run.
package alpine
