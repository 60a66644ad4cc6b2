# An app of your own, a CMake project as the README has it under "Your own app", on the images that
# Dockerfile makes. Copy this into the app's folder, put the app's name for my_dashboard, and there:
#
#     docker build -f app.Dockerfile -t my_dashboard .
#     docker run --read-only --tmpfs /tmp --cap-drop ALL -p 127.0.0.1:8050:8050 my_dashboard
FROM ekiden:build AS build
WORKDIR /app
COPY . .
RUN cmake -G Ninja -S . -B /app-build -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH=/opt/ekiden
RUN cmake --build /app-build
RUN mkdir /own && cp -r $(find /app-build -maxdepth 1 -regex '.*\.\(so\|assets\|data\|description\)') /own

FROM ekiden
COPY --from=build /own /srv/own
ENV EKIDEN_APP_PATH=/srv/own
CMD ["my_dashboard"]
