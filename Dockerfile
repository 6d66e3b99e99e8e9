# The frontend image, built with stock Docker; gohull.yaml builds the same
# programs with gohull itself.
#
#   docker buildx build --platform linux/amd64,linux/arm64 -t <registry>/gohull:1 --push .
#
# A company's own CA certificate: --secret id=ca,src=company.pem

# The tag grpcnotrace leaves out a debug page of gRPC's, and with it the reason
# why the linker would keep methods that nobody calls: 1.4 MB, compressed.

# The mounts are named so that, with --build-arg BUILDKIT_CACHE_MOUNT_NS=gohull,
# they are those of builds by gohull.

FROM --platform=$BUILDPLATFORM golang:1.26.8-alpine AS build
WORKDIR /src
ARG TARGETOS
ARG TARGETARCH
RUN --mount=type=bind,target=. \
    --mount=type=cache,id=modules,target=/go/pkg/mod \
    --mount=type=cache,id=objects,target=/root/.cache/go-build \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/company.pem \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -tags grpcnotrace -ldflags "-s -w" -o /out/ ./cmd/gohull-frontend ./cmd/gohull-step

FROM scratch
# The version of a release, which --call=describe prints: --build-arg VERSION=1.2.3
ARG VERSION
ENV GOHULL_VERSION=$VERSION
LABEL moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring,moby.buildkit.frontend.contexts.zstd"
LABEL moby.buildkit.frontend.network.none="true"
# The program of the steps changes less often than the frontend. In a layer of
# its own, a new release need not send it again.
COPY --from=build /out/gohull-step /bin/gohull-step
COPY --from=build /out/gohull-frontend /bin/gohull-frontend
ENTRYPOINT ["/bin/gohull-frontend"]
