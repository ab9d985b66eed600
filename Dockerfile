# All Pythons of the matrix, made by pyenv, and Debian's Redis:
#   docker build . -t redpipe && docker run redpipe
FROM debian:bookworm

RUN apt-get update && apt-get install -y --no-install-recommends \
        build-essential ca-certificates curl git make redis-server \
        libbz2-dev libffi-dev liblzma-dev libreadline-dev libsqlite3-dev libssl-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*

ENV PYENV_ROOT=/opt/pyenv
ENV PATH=/opt/pyenv/bin:$PATH
RUN git clone --depth 1 https://github.com/pyenv/pyenv.git "$PYENV_ROOT"
RUN for version in 2.7 3.6 3.7 3.8 3.9 3.10 3.11 3.12 3.13; do pyenv install "$version" || exit 1; done
RUN pyenv global $(pyenv versions --bare | sort -V -r)
ENV PATH=/opt/pyenv/shims:$PATH

WORKDIR /redpipe
COPY . .
CMD ["bash", ".ci/run"]
